"""What serves, described by itself."""

from __future__ import annotations

from pydantic import JsonValue

from app.schemas.strict import Strict


class ComponentView(Strict):
    name: str
    about: str
    settings: dict[str, JsonValue]


class CandidateView(Strict):
    source: ComponentView
    limit: int
    gates: list[ComponentView]
    share: float | None
    """The share of the places that it may take while others have rows, where that has a price; null
    is no cap."""
    present: bool
    """Whether ten places without it lack something, which has a price."""
    reserved: float
    """The share of the places that is kept for it, at a price."""


class ProductView(Strict):
    """One page, in the order in which it runs."""

    name: str
    gates: list[ComponentView]
    otherwise: str | None
    """The product that answers the queries that a gate refuses."""
    fallback: str | None
    """The product that answers if this one fails."""
    candidates: list[CandidateView]
    eligibility: list[ComponentView]
    ranker: ComponentView
    rescorers: list[ComponentView]
    visibility: list[ComponentView]
    slate: list[ComponentView]
    selector: ComponentView
    side_effects: list[ComponentView]


class PresetView(Strict):
    name: str
    about: str
    weights: dict[str, float]
    """Of the predicted probability of each action, by head."""
    per_average: bool
    """The weights are what an average impression contributes, whatever the head's base rate."""
    per_probability: dict[str, float]
    """The same per predicted probability, as `FORYOU_WEIGHTS` takes them."""
    untrained: list[str]
    """Heads with a weight here for which there was nothing to learn from."""
    without_head: dict[str, float]
    """What its source weighs besides, and nothing here predicts."""


class ProductsView(Strict):
    asked: dict[str, str]
    """What may be asked for as `product`, and who answers first."""
    products: list[ProductView]
    preset: str
    rules: str
    """How far the order of the value gives way to rules."""
    bundles: list[str]
    """The versions of the models that a preview may rank with, sorted."""
    weights: dict[str, float]
    """The weights in use, per predicted probability."""
    presets: list[PresetView]
