"""Watches a run: what each component was given, and what it answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from app.pipeline.batch import CandidateBatch, Column, Mask
from app.pipeline.components import (
    Allotment,
    CandidateSource,
    Filter,
    Ranker,
    Rescorer,
    Selector,
)
from app.pipeline.mixer import MixerPipeline
from app.pipeline.placement import Selection
from app.pipeline.query import Query
from app.pipeline.rewired import Rewiring, named_like
from app.pipeline.trace import Trace

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Passage:
    """One call of a component."""

    batch: CandidateBatch  # what it was given; what a source proposed
    answer: Any = None  # a mask, a column, the columns of a ranker, a selection; None of a source


@dataclass(frozen=True, slots=True)
class Watch:
    """The passages of a run, each by the place of its span in the trace."""

    trace: Trace
    passages: dict[int, Passage] = field(default_factory=dict)

    def noted(self, batch: CandidateBatch, answer: Answer) -> Answer:
        """What a component answered: before its span ends, which is then the next of the trace."""
        self.passages[len(self.trace.laps)] = Passage(batch, answer)
        return answer

    def of(self, mixer: MixerPipeline) -> MixerPipeline:
        """The mixer, watched: it does the same."""
        return Rewiring(
            source=lambda part: named_like(_Source, part, self),
            filter=lambda part: named_like(_Filter, part, self),
            ranker=lambda part: named_like(_Ranker, part, self),
            rescorer=lambda part: named_like(_Rescorer, part, self),
            selector=lambda part: named_like(_Selector, part, self),
        ).apply(mixer)


@dataclass(frozen=True, slots=True)
class _Source:
    part: CandidateSource
    watch: Watch

    def fetch(self, query: Query, limit: int) -> CandidateBatch:
        found = self.part.fetch(query, limit)
        self.watch.noted(found, None)
        return found


@dataclass(frozen=True, slots=True)
class _Filter:
    part: Filter
    watch: Watch

    def keep(self, query: Query, batch: CandidateBatch) -> Mask:
        return self.watch.noted(batch, self.part.keep(query, batch))


@dataclass(frozen=True, slots=True)
class _Ranker:
    part: Ranker
    watch: Watch

    def score(self, query: Query, batch: CandidateBatch) -> Mapping[str, Column]:
        return self.watch.noted(batch, self.part.score(query, batch))


@dataclass(frozen=True, slots=True)
class _Rescorer:
    part: Rescorer
    watch: Watch

    def factor(self, query: Query, batch: CandidateBatch) -> Column:
        return self.watch.noted(batch, self.part.factor(query, batch))


@dataclass(frozen=True, slots=True)
class _Selector:
    part: Selector
    watch: Watch

    def select(
        self, query: Query, batch: CandidateBatch, allotments: Sequence[Allotment]
    ) -> Selection:
        return self.watch.noted(batch, self.part.select(query, batch, allotments))
