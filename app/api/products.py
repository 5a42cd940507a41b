"""GET /products: every pipeline and its components, read from the objects that serve."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import JsonValue

from app.api.dependencies import EngineInUse
from app.pipeline.product import ProductPipeline
from app.products.presets import PRESETS
from app.rankers.heavy import HeavyRanker
from app.schemas.parameters import NoParameters
from app.schemas.products import CandidateView, ComponentView, PresetView, ProductsView, ProductView
from app.serving.engine import Engine
from ml import bundle
from ml.heads import NAMES as HEADS

router = APIRouter(tags=["operations"])


@router.get("/products")
async def products(_: Annotated[NoParameters, Query()], engine: EngineInUse) -> ProductsView:
    """The products, their fallbacks and components, and the weight of each action."""
    answering = {one.name: one for asked in engine.products.values() for one in _answering(asked)}
    trained = list(engine.bundle.manifest.heads) if engine.bundle else []
    return ProductsView(
        asked={name: product.name for name, product in engine.products.items()},
        products=[_product(one) for one in answering.values()],
        preset=engine.settings.preset,
        rules=engine.settings.rules,
        bundles=bundle.versions(engine.settings.artifacts),
        weights=_weights(engine),
        presets=[
            PresetView(
                name=name,
                about=preset.about,
                weights=dict(preset.weights),
                per_average=preset.per_average,
                per_probability=preset.resolve(_means(engine)),
                untrained=[
                    head for head in HEADS if head in preset.weights and head not in trained
                ],
                without_head=dict(preset.without_head),
            )
            for name, preset in PRESETS.items()
        ],
    )


def _weights(engine: Engine) -> dict[str, float]:
    """The weights of the heads that count in the score."""
    ranker = engine.products["for_you"].mixer.scoring.ranker
    if not isinstance(ranker, HeavyRanker):
        return {}
    fusion = ranker.fusion
    return {name: weight for name, weight in fusion.weights.items() if name in fusion.means}


def _means(engine: Engine) -> Mapping[str, float]:
    """The mean probability of each head."""
    ranker = engine.products["for_you"].mixer.scoring.ranker
    return ranker.fusion.means if isinstance(ranker, HeavyRanker) else {}


def _answering(product: ProductPipeline) -> Iterator[ProductPipeline]:
    """A product, and each product that may answer in its place."""
    yield product
    for other in (product.otherwise, product.fallback):
        if other is not None:
            yield from _answering(other)


def _product(product: ProductPipeline) -> ProductView:
    mixer = product.mixer
    return ProductView(
        name=product.name,
        gates=_components(product.gates),
        otherwise=product.otherwise.name if product.otherwise else None,
        fallback=product.fallback.name if product.fallback else None,
        candidates=[
            CandidateView(
                source=_component(one.source),
                limit=one.limit,
                gates=_components(one.gates),
                share=one.share,
                present=one.present,
                reserved=one.reserved,
            )
            for one in mixer.candidates
        ],
        eligibility=_components(mixer.eligibility),
        ranker=_component(mixer.scoring.ranker),
        rescorers=_components(mixer.scoring.rescorers),
        visibility=_components(mixer.visibility),
        slate=_components(mixer.slate),
        selector=_component(mixer.selector),
        side_effects=_components(mixer.side_effects),
    )


def _components(parts: Iterable[object]) -> list[ComponentView]:
    return [_component(part) for part in parts]


def _component(part: object) -> ComponentView:
    """A component's class, the first sentence of its file, and its settings."""
    opening = (sys.modules[type(part).__module__].__doc__ or "").strip().partition("\n")[0]
    settings = _settings(part)
    return ComponentView(
        name=type(part).__name__,
        about=opening,
        settings=settings if isinstance(settings, dict) else {},
    )


def _settings(value: object) -> JsonValue:
    """A setting as JSON; None for a model, a table or a function."""
    if isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        return {str(name): float(number) for name, number in value.items()}
    if isinstance(value, list | tuple):
        return [one for one in map(_settings, value) if one is not None]
    if is_dataclass(value):
        named = {field.name: _settings(getattr(value, field.name)) for field in fields(value)}
        return {name: one for name, one in named.items() if one not in (None, {})} or None
    return None
