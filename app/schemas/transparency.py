"""How the feed is made, what is kept of people, and what they may do about both."""

from __future__ import annotations

from typing import Literal

from app.schemas.strict import Strict
from app.schemas.values import Offset

Product = Literal["for_you", "following", "without_profiling"]


class EffectView(Strict):
    """How much worse the first ten tweets are without it, where 1 is the best order there is and 0
    one by chance, with the 95 % interval."""

    value: float
    low: float
    high: float


class MainParameter(Strict):
    name: str
    kind: str
    """`source`, `filter`, `ranker`, `rescorer`, `selector` …"""
    about: str
    effect: EffectView | None
    """Null where it was not measured."""


class Measured(Strict):
    bundle: str
    metric: str


class ProductChoice(Strict):
    name: Product
    about: str
    profiling: bool


class Explained(Strict):
    what: str
    how: str


class KeptView(Strict):
    what: str
    how_long: str


class Transparency(Strict):
    bundle: str
    settings: str
    """Their fingerprint."""
    parameters: list[MainParameter]
    """Those with the greatest effect first."""
    measured: Measured | None
    """Where the effects come from; null where this bundle was not evaluated, so that the order is
    that in which they run."""
    change: list[Explained]
    """How somebody changes what they see."""
    products: list[ProductChoice]
    """What they may choose, for good: `PUT /transparency/{user_id}`."""
    kept: list[KeptView]
    """What is kept of a person, and for how long."""
    rights: list[Explained]


class ChoiceRequest(Strict):
    product: Product
    """What answers from now on where a request names no product."""


class Choice(Strict):
    user_id: str
    product: Product
    offset: Offset | None = None
