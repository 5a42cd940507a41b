"""What if one tweet were proposed, let pass, not lowered, or worth more? All else stays."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Final

import numpy as np

from app.pipeline.batch import CandidateBatch, Column, Mask, Rows
from app.pipeline.components import CandidateSource, Filter, Ranker, Rescorer
from app.pipeline.mixer import MixerPipeline
from app.pipeline.query import Query
from app.pipeline.rewired import Rewiring, named_like
from app.pipeline.stages import BASE

NOT_ONE: Final = np.nextafter(np.float64(1), 0)  # x is finite for base scores below


@dataclass(frozen=True, slots=True)
class Change:
    """What is different about a tweet."""

    tweet: int
    author: int
    passes: Set[str] = frozenset()  # the filters that let it pass, whatever they would say
    proposed_by: str | None = None  # a source that proposes it before all else
    not_lowered_by: Set[str] = frozenset()  # the rescorers that do not lower it
    value_times: float = 1.0  # what x is multiplied by, where the base score is x / (1 + x)

    def of(self, mixer: MixerPipeline) -> MixerPipeline:
        """The mixer as it would run then."""
        return Rewiring(
            source=lambda part: (
                named_like(_Proposing, part, self)
                if type(part).__name__ == self.proposed_by
                else part
            ),
            filter=lambda part: (
                named_like(_Passing, part, self) if type(part).__name__ in self.passes else part
            ),
            ranker=lambda part: named_like(_Valuing, part, self),
            rescorer=lambda part: (
                named_like(_NotLowering, part, self)
                if type(part).__name__ in self.not_lowered_by
                else part
            ),
        ).apply(mixer)


@dataclass(frozen=True, slots=True)
class _Proposing:
    part: CandidateSource
    change: Change

    def fetch(self, query: Query, limit: int) -> CandidateBatch:
        found = self.part.fetch(query, limit)
        others = found.tweet != self.change.tweet
        return CandidateBatch.of(
            _before(self.change.tweet, found.tweet[others])[:limit],
            _before(self.change.author, found.author[others])[:limit],
        )


@dataclass(frozen=True, slots=True)
class _Passing:
    part: Filter
    change: Change

    def keep(self, query: Query, batch: CandidateBatch) -> Mask:
        passes: Mask = self.part.keep(query, batch) | (batch.tweet == self.change.tweet)
        return passes


@dataclass(frozen=True, slots=True)
class _Valuing:
    part: Ranker
    change: Change

    def score(self, query: Query, batch: CandidateBatch) -> Mapping[str, Column]:
        columns = self.part.score(query, batch)
        if self.change.value_times == 1:
            return columns
        base, row = columns[BASE].copy(), batch.tweet == self.change.tweet
        share = np.minimum(base[row].astype(np.float64), NOT_ONE)
        x = share / (1 - share) * self.change.value_times
        base[row] = x / (1 + x)
        return {**columns, BASE: base}


@dataclass(frozen=True, slots=True)
class _NotLowering:
    part: Rescorer
    change: Change

    def factor(self, query: Query, batch: CandidateBatch) -> Column:
        factor = self.part.factor(query, batch).copy()
        factor[batch.tweet == self.change.tweet] = 1
        return factor


def _before(first: int, others: Rows) -> Rows:
    return np.concatenate([np.array([first], np.int32), others])
