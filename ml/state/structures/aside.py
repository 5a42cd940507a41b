"""Change a copy of an object while others read the original, then show them all changes at once.

A copy shares every array, list and set with its original, so it costs next to nothing; whatever
changes it must replace them rather than write into them.
"""

from __future__ import annotations

import copy
from typing import Final, TypeVar

from ml.state.structures.growable import GrowableColumns

T = TypeVar("T")
STATE: Final = "ml.state."


def aside(owner: T) -> T:
    """A copy of an object and of the tables in it, which shares what these hold."""
    made = copy.copy(owner)
    for name, part in vars(owner).items():
        if _is_table(part):
            vars(made)[name] = aside(part)
    return made


def adopt(owner: object, changed: object) -> None:
    """Let an object, and every table in it, hold what its changed copy holds."""
    for name, part in vars(changed).items():
        mine = vars(owner).get(name)
        if _is_table(part) and type(mine) is type(part):
            adopt(mine, part)
        else:
            vars(owner)[name] = part


def _is_table(part: object) -> bool:
    """Whether this is one of our tables or structures, and no value, model or array."""
    ours = type(part).__module__.startswith(STATE) or isinstance(part, GrowableColumns)
    return ours and hasattr(part, "__dict__")
