"""Products with other settings, for single requests: nobody else sees them, and nothing is kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any, Final

from app.errors import InvalidRequestError
from app.pipeline.components import CandidateSource, Ranker
from app.pipeline.product import ProductPipeline
from app.pipeline.rewired import Rewiring
from app.products.presets import PRESETS
from app.rankers.heavy import HeavyRanker
from app.serving.assemble_products import assemble_products
from app.serving.choose_ranker import fusion_of
from app.serving.overrides import Overrides
from app.serving.served_log import ConnectableServedLog
from app.settings import Settings
from ml.bundle import Bundle
from ml.embeddings.encoder import GrowingEncoder
from ml.state.feature_state import FeatureState

REMEMBERED: Final = 16  # sets of overrides
Products = Mapping[str, ProductPipeline]


@dataclass(frozen=True, slots=True)
class Previews:
    """Built anew from the settings, as the products in use are; but what a source remembers of the
    moment is shared with those."""

    settings: Settings  # in use
    state: FeatureState
    encoder: GrowingEncoder
    ranker: Ranker
    products: Products  # in use
    bundle: Bundle | None
    _built: OrderedDict[str, Products] = field(default_factory=OrderedDict)

    def of(self, overrides: Overrides) -> Products:
        """The products with these settings; they have no side effects.

        Raises:
            InvalidRequestError: the weights are worth nothing, or there is no model to weigh.
        """
        given = overrides.model_dump(exclude_none=True)
        name = overrides.model_dump_json(exclude_none=True)
        if name not in self._built:
            self._built[name] = self._build(given)
            if len(self._built) > REMEMBERED:
                self._built.popitem(last=False)
        self._built.move_to_end(name)
        return self._built[name]

    def _build(self, given: dict[str, Any]) -> Products:
        settings, nowhere = self._settings(given), ConnectableServedLog()
        ranker = self._ranker(given, settings)
        products = assemble_products(settings, self.state, self.encoder, ranker, nowhere)
        in_use = {
            (product.name, type(one.source)): one.source
            for asked in self.products.values()
            for product in _answering(asked)
            for one in product.mixer.candidates
        }
        sharing = _Sharing(in_use)
        return {name: sharing.of(product) for name, product in products.items()}

    def _settings(self, given: dict[str, Any]) -> Settings:
        """A preset counts by itself, and so do rules; weights or prices alone replace single ones
        of those in use."""
        used = self.settings
        weights, prices, budget = used.weights, used.prices, used.budget
        if "preset" in given:
            weights = {}
        if "rules" in given:
            prices, budget = {}, None
        values = {
            **dict(used),
            "budget": budget,
            **given,
            "weights": {**weights, **given.get("weights", {})},
            "prices": {**prices, **given.get("prices", {})},
        }
        chosen = used.model_fields_set | given.keys()
        return Settings.model_construct(_fields_set=chosen, **values)

    def _ranker(self, given: dict[str, Any], settings: Settings) -> Ranker:
        if not given.keys() & {"preset", "weights"}:
            return self.ranker
        if self.bundle is None or not isinstance(self.ranker, HeavyRanker):
            raise InvalidRequestError("no model ranks here, so there is nothing to weigh")
        fusion = fusion_of(PRESETS[settings.preset], settings, self.bundle)
        if fusion is None:
            raise InvalidRequestError(
                "no action that was learned has a weight above 0; give one to any of "
                + ", ".join(self.bundle.manifest.heads)
            )
        return replace(self.ranker, fusion=fusion)


def _answering(product: ProductPipeline) -> Iterator[ProductPipeline]:
    yield product
    for other in (product.otherwise, product.fallback):
        if other is not None:
            yield from _answering(other)


@dataclass(frozen=True, slots=True)
class _Sharing:
    """Products without side effects, whose sources remember what those in use do."""

    in_use: Mapping[tuple[str, type], CandidateSource]  # by product and kind
    done: dict[str, ProductPipeline] = field(default_factory=dict)

    def of(self, product: ProductPipeline) -> ProductPipeline:
        if product.name not in self.done:
            otherwise, fallback = product.otherwise, product.fallback
            rewiring = Rewiring(source=lambda source: self._shared(product.name, source))
            self.done[product.name] = replace(
                product,
                mixer=rewiring.apply(product.mixer),
                otherwise=None if otherwise is None else self.of(otherwise),
                fallback=None if fallback is None else self.of(fallback),
            )
        return self.done[product.name]

    def _shared(self, product: str, source: CandidateSource) -> CandidateSource:
        used = self.in_use.get((product, type(source)))
        return source if used is None else _as_in_use(source, used)


def _as_in_use(part: CandidateSource, used: CandidateSource) -> CandidateSource:
    """A component with its parts that are equal to those in use taken from there, and so all of it
    where all are."""
    assert is_dataclass(part)
    assert not isinstance(part, type)
    names = [one.name for one in fields(part) if one.init]
    equal = {name: getattr(used, name) for name in names if _same(part, used, name)}
    return used if len(equal) == len(names) else replace(part, **equal)


def _same(part: object, used: object, name: str) -> bool:
    one, other = getattr(part, name), getattr(used, name)
    if one is other:
        return True
    if isinstance(one, bool | int | float | str | tuple):
        return bool(one == other)
    return (
        type(one) is type(other)
        and is_dataclass(one)
        and all(_same(one, other, field.name) for field in fields(one) if field.init)
    )
