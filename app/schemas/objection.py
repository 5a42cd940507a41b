"""What is wrong with a value, as a client reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

SHOWN: Final = 60  # characters of a client's input that an answer repeats


def objection(error: Mapping[str, Any]) -> str:
    """What was expected, and the value itself, shortened."""
    if error["type"] == "extra_forbidden":
        return "nothing here has this name; /docs says what does"
    given, detail = error.get("input"), str(error["msg"]).removeprefix("Value error, ")
    if isinstance(given, str | int | float):
        shown = repr(given)
        detail += f", not {shown if len(shown) <= SHOWN else shown[:SHOWN] + '…'}"
    return detail
