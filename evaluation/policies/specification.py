"""A policy is a name and a function; settings and habits may follow the name, after colons.

`for_you:preset=x-2026` is the service with another preset, `for_you:bundle=6a85eff34f8c` with other
models, `for_you:frozen` the same service if it forgot whatever people do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from app.settings import InvalidSettingError, Settings
from datagen.world import World
from evaluation.policies import factorisation
from evaluation.policies.policy import PRODUCT
from evaluation.policies.registry import POLICIES
from evaluation.simulation.feeds import Feed, Local, Served
from ml.actions import Action

FROZEN: Final = "frozen"
STILL_HEARD: Final = frozenset({Action.MUTE.label, Action.BLOCK.label})  # by who is frozen
TEXTUAL: Final = {"product"} | {
    name for name, field in Settings.model_fields.items() if field.annotation in (str, str | None)
}
PART: Final = re.compile(":(?=[a-z_]+(?:=|:|$))")  # a setting may hold colons itself
FOR_EVER: Final = 10_000.0  # hours

FROZEN_PRODUCT: Final = f"{PRODUCT}:{FROZEN}"
DEFAULT: Final = (PRODUCT, FROZEN_PRODUCT, *POLICIES)


@dataclass(frozen=True, slots=True)
class PolicySpec:
    """What was asked for in one word: `name:setting=value:frozen`."""

    label: str
    name: str
    settings: tuple[tuple[str, Any], ...] = ()
    frozen: bool = False

    @classmethod
    def read(cls, label: str) -> PolicySpec:
        """Raises:
        InvalidSettingError: there is no such policy.
        """
        name, *more = PART.split(label)
        if name != PRODUCT and name not in POLICIES:
            raise InvalidSettingError(
                f"--policy {label}: there is no policy {name!r}; expected one of "
                f"{', '.join((PRODUCT, *POLICIES))}"
            )
        given = [part.partition("=") for part in more if part != FROZEN]
        settings = tuple(
            (key, value if key in TEXTUAL else _value(value)) for key, _, value in given
        )
        return cls(label, name, settings, FROZEN in more)

    def feed(self, settings: Settings, world: Callable[[], World]) -> Feed:
        """Its own copy of all that is known.

        Raises:
            InvalidSettingError: one of its settings does not exist.
        """
        changed = dict(self.settings)
        product = str(changed.pop("product", PRODUCT))
        if self.frozen:
            changed["served_hours"] = FOR_EVER
        mine = _with(settings, changed)
        if self.name == PRODUCT:
            return Served(mine, product)
        return Local(mine, POLICIES[self.name], world)

    def hears(self, action: str) -> bool:
        """Whether it learns of what people do; all respect whom they do not want to see."""
        return not self.frozen or action in STILL_HEARD


def available(label: str) -> bool:
    """Whether what it needs is installed."""
    return factorisation.AVAILABLE or not label.startswith("als")


def _with(settings: Settings, changed: Mapping[str, Any]) -> Settings:
    """Checked as if they came from the environment; what nobody set stays open, so that it comes
    from the data, as where it is served."""
    unknown = set(changed) - set(Settings.model_fields)
    if unknown:
        raise InvalidSettingError(f"there is no setting {sorted(unknown)[0]!r}")
    try:
        return Settings(**{**settings.model_dump(exclude_unset=True), **changed})
    except ValueError as error:
        raise InvalidSettingError(f"{dict(changed)}: {error}") from error


def _value(text: str) -> Any:
    """As JSON where it is JSON; a setting may be anything."""
    try:
        return json.loads(text)
    except ValueError:
        return text
