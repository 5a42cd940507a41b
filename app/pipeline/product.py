"""A product: a mixer with gates before it and a fallback behind it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from app.pipeline.batch import CandidateBatch
from app.pipeline.components import Gate
from app.pipeline.failures import BrokenContractError, FailedClosedError
from app.pipeline.mixer import Mixed, MixerPipeline
from app.pipeline.query import Query
from app.pipeline.stages import admit
from app.pipeline.trace import Trace
from app.pipeline.watch import Watch

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")


class Served(NamedTuple):
    """The rows served, the product that made them, and the trace."""

    product: ProductPipeline
    batch: CandidateBatch
    trace: Trace
    pool: CandidateBatch  # all that could have been served


class Watched(NamedTuple):
    """A feed that nobody is served, the product that made it, and how."""

    product: ProductPipeline
    mixed: Mixed
    watch: Watch


class Scored(NamedTuple):
    """Given tweets scored, the product that scored them, and the filter that would drop each."""

    product: ProductPipeline
    batch: CandidateBatch
    dropped_by: list[str | None]
    trace: Trace


@dataclass(frozen=True, slots=True)
class ProductPipeline:
    name: str
    mixer: MixerPipeline = field(repr=False)  # its components hold the state
    gates: Sequence[Gate] = field(default=(), repr=False)
    otherwise: ProductPipeline | None = None  # answers the viewers that a gate keeps out
    fallback: ProductPipeline | None = None  # answers where this one fails

    def __post_init__(self) -> None:
        if self.gates and self.otherwise is None:
            raise ValueError(f"{self.name} has gates, so it needs a product for those outside")

    def run(self, query: Query) -> Served:
        """Make a feed for this query; no side effect runs."""
        trace = Trace()
        product, mixed = self._answer(query, trace, lambda mixer: mixer.run(query, trace))
        return Served(product, mixed.batch, trace, mixed.pool)

    def watch(self, query: Query) -> Watched:
        """Make a feed as `run` does, and note what each component does."""
        watch = Watch(Trace())
        product, mixed = self._answer(
            query, watch.trace, lambda mixer: watch.of(mixer).run(query, watch.trace)
        )
        return Watched(product, mixed, watch)

    def score(self, query: Query, batch: CandidateBatch) -> Scored:
        """Score these tweets for this query."""
        trace = Trace()
        product, (batch, dropped_by) = self._answer(
            query, trace, lambda mixer: mixer.score(query, batch, trace)
        )
        return Scored(product, batch, dropped_by, trace)

    def _answer(
        self, query: Query, trace: Trace, ask: Callable[[MixerPipeline], Answer]
    ) -> tuple[ProductPipeline, Answer]:
        if self.otherwise is not None and not admit(query, self.gates, trace):
            return self.otherwise._answer(query, trace, ask)
        try:
            return self, ask(self.mixer)
        except (BrokenContractError, FailedClosedError):
            raise
        except Exception as error:
            trace.fail(error)
            if self.fallback is None:
                raise
            logger.exception("%s failed, %s answers", self.name, self.fallback.name)
            return self.fallback._answer(query, trace, ask)
