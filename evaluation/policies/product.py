"""The very product that serves, asked in process: what it would show is all it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from app.pipeline.batch import CandidateBatch, Column
from app.pipeline.components import CandidateSource, Filter, Ranker
from app.pipeline.mixer import MixerPipeline
from app.pipeline.placement import bought
from app.pipeline.product import ProductPipeline
from app.pipeline.query import Query
from app.pipeline.retrieve import BEYOND
from app.pipeline.stages import judge
from app.pipeline.trace import Trace
from evaluation.policies.policy import Answer, Moment
from evaluation.truth import Truth
from ml.errors import FeedError


class EvaluationError(FeedError):
    """What was to be evaluated did not work."""


@dataclass(frozen=True, slots=True)
class Product:
    """Asked like the server asks it; the funnel remembers how many rows went through each part."""

    product: ProductPipeline
    funnel: Funnel = field(default_factory=lambda: Funnel())

    def show(self, moment: Moment) -> Answer:
        served = self.product.run(moment.query)
        if served.trace.failed:
            raise EvaluationError(
                f"{', '.join(served.trace.failed)} failed for viewer {moment.query.viewer} at "
                f"{moment.query.now}, so this would be the evaluation of something else"
            )
        self.funnel.add(served.product.name, served.trace, served.batch)
        return Answer(served.batch.tweet, sources_of(served.product.mixer, served.batch))


@dataclass(frozen=True, slots=True)
class Alone:
    """One source by itself: its best candidates that the product's filters let through."""

    source: CandidateSource
    filters: Sequence[Filter]

    def show(self, moment: Moment) -> Answer:
        query = moment.query
        batch = self.source.fetch(query, query.limit + BEYOND)
        stays = judge("eligibility", query, batch, self.filters, Trace())
        return Answer(batch.tweet[batch.first(stays, query.limit)])


@dataclass(frozen=True, slots=True)
class Knowing:
    """A ranker that knows the truth: what is lost by the product's candidates alone."""

    truth: Callable[[], Truth]  # as it is at the moment
    average: float = 1.0  # the chance that is worth as much as an average impression

    def score(self, query: Query, batch: CandidateBatch) -> dict[str, Column]:
        x = self.truth().engagement(query.viewer, batch.tweet, query.now) / self.average
        return {"base_score": (x / (1 + x)).astype(np.float32)}


@dataclass(slots=True)
class Funnel:
    """Rows in and out of every part, and what rules bought, summed over all who were asked."""

    asked: dict[str, int] = field(default_factory=dict)  # by the product that answered
    rows: dict[tuple[str, str, str], list[int]] = field(default_factory=dict)
    rules: dict[tuple[str, str], list[float]] = field(default_factory=dict)  # rows, and their cost

    def add(self, product: str, trace: Trace, page: CandidateBatch) -> None:
        self.asked[product] = self.asked.get(product, 0) + 1
        for span in trace.spans:
            both = self.rows.setdefault((product, span.stage, span.component), [0, 0])
            both[0] += span.rows_in
            both[1] += span.rows_out
        for rule, its in bought(page).items():
            paid = self.rules.setdefault((product, rule), [0.0, 0.0])
            paid[0] += its.rows
            paid[1] += its.cost


def sources_of(mixer: MixerPipeline, batch: CandidateBatch) -> list[str]:
    """The first source that proposed each row."""
    lowest = batch.sources & (~batch.sources + np.uint32(1))
    return [mixer.sources[int(place)] for place in np.log2(np.maximum(lowest, 1))]


def with_mixers(
    product: ProductPipeline, change: Callable[[MixerPipeline], MixerPipeline]
) -> ProductPipeline:
    """The product with its mixer changed, and so the product that answers outside its gates."""
    otherwise = product.otherwise and with_mixers(product.otherwise, change)
    return replace(product, mixer=change(product.mixer), otherwise=otherwise)


def with_ranker(product: ProductPipeline, change: Callable[[Ranker], Ranker]) -> ProductPipeline:
    """The product with its rankers changed, and everything else as it is."""

    def changed(mixer: MixerPipeline) -> MixerPipeline:
        return replace(mixer, scoring=replace(mixer.scoring, ranker=change(mixer.scoring.ranker)))

    return with_mixers(product, changed)


def answering(product: ProductPipeline) -> Iterator[ProductPipeline]:
    """The product, and those that answer outside its gates."""
    yield product
    if product.otherwise is not None:
        yield from answering(product.otherwise)
