"""What rules may cost a page, and what each of them may pay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Final

from app.selectors.budgeted import Budgeted
from app.selectors.prices import Prices
from app.settings import InvalidSettingError, Settings
from ml.state.feature_state import FeatureState


@dataclass(frozen=True, slots=True)
class Rules:
    """Both in shares of the value of the ten best rows."""

    budget: float  # of all rules together
    prices: Prices


RULES: Final[Mapping[str, Rules]] = {
    "best": Rules(0.0, Prices()),
    "balanced": Rules(0.05, Prices(source=0.03, author=0.06, explore=0.02, topic=0.003)),
    "varied": Rules(0.10, Prices(source=0.06, author=0.06, explore=0.03, topic=0.04)),
}


def budgeted(state: FeatureState, settings: Settings) -> Budgeted:
    """The selector with the rules of the settings.

    Raises:
        InvalidSettingError: the settings name a price of nothing.
    """
    rules = RULES[settings.rules]
    names = [field.name for field in fields(Prices)]
    for name in settings.prices:
        if name not in names:
            raise InvalidSettingError(
                f"FORYOU_PRICES: no rule is called {name!r}; expected some of {', '.join(names)}"
            )
    budget = rules.budget if settings.budget is None else settings.budget
    return Budgeted(state, budget, replace(rules.prices, **settings.prices))
