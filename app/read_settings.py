"""Read the settings from the environment; one that is misspelt or out of bounds is refused."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, Final

from pydantic import ValidationError
from pydantic_settings import SettingsError

from app.settings import PREFIX, InvalidSettingError, Settings

RENAMED: Final = {  # old names are read in this release, with a warning
    "FEW": "POPULAR_MAX_FOLLOWING",
    "LEAST_PROOF": "MIN_SOCIAL_PROOF",
    "MOST_WAITING": "MAX_QUEUED_ENTRIES",
    "MOST_BYTES": "MAX_BODY_BYTES",
}

RETIRED: Final = {  # what took the place of settings that are gone
    "AUTHOR_DECAY": "the factor is gone; FORYOU_PRICES has the price of an author's third tweet",
    "AUTHOR_FLOOR": "the factor is gone; FORYOU_PRICES has the price of an author's third tweet",
}

OUTSIDE: Final = ("greater_than", "greater_than_equal", "less_than", "less_than_equal")

logger = logging.getLogger(__name__)


def read_settings() -> Settings:
    """The settings of this process.

    Raises:
        InvalidSettingError: naming the variable, what it holds, and what was expected.
    """
    _refuse_misspelt(os.environ)
    try:
        return Settings(**_renamed(os.environ))
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + str(first["loc"][0]).upper()
        expected = _bounds(str(first["loc"][0])) if first["type"] in OUTSIDE else None
        expected = expected or first["msg"].removeprefix("Value error, ")
        raise InvalidSettingError(f"{name}={first['input']!r}: {expected}") from error
    except SettingsError as error:  # the source names the field, and wraps why it is no JSON
        raise InvalidSettingError(f"{error}: {error.__cause__}") from error


def _bounds(name: str) -> str | None:
    """Both bounds of a number; None where it has but one."""
    words = {"ge": "from {}", "gt": "above {}", "le": "to {}", "lt": "below {}"}
    found: dict[str, str] = {}
    for one in Settings.model_fields[name].metadata:
        for bound, form in words.items():
            if (value := getattr(one, bound, None)) is not None:
                found["low" if bound.startswith("g") else "high"] = form.format(value)
    return f"expected a number {found['low']} {found['high']}" if len(found) > 1 else None


def _renamed(environment: Mapping[str, str]) -> dict[str, Any]:
    """The values of settings that are still given by their old names."""
    given = {name.upper(): value for name, value in environment.items() if value}
    found = {}
    for old, new in RENAMED.items():
        if PREFIX + old in given and PREFIX + new not in given:
            logger.warning("%s%s is now called %s%s; rename it", PREFIX, old, PREFIX, new)
            found[new.lower()] = given[PREFIX + old]
    return found


def _refuse_misspelt(environment: Iterable[str]) -> None:
    """A setting that is not read is worse than one that is refused."""
    known = [PREFIX + name.upper() for name in (*Settings.model_fields, *RENAMED)]
    for name in sorted(environment):
        if (why := RETIRED.get(name.upper().removeprefix(PREFIX))) is not None:
            raise InvalidSettingError(f"{name}: {why}")
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            near = get_close_matches(name.upper(), known, n=1, cutoff=0)
            raise InvalidSettingError(f"{name}: there is no such setting; is it {near[0]}?")
