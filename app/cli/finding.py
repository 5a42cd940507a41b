"""The result of one check of the doctor."""

from __future__ import annotations

from typing import NamedTuple


class Finding(NamedTuple):
    """What was looked at, whether it is fine, and what was found; with the remedy if it is not."""

    subject: str
    is_fine: bool
    text: str
