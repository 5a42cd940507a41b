"""Attributes that others may read, and not set."""

from __future__ import annotations

from operator import attrgetter
from typing import Any


def read_only(*attributes: str) -> Any:
    """A property that shows an attribute, or a tuple of several.

    No function of Python stands between: a request reads a hundred of them. `Any`, since the class
    declares the type beside it.
    """
    return property(attrgetter(*attributes))
