"""A policy is asked what to show, and answers with tweets, best first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from app.pipeline.query import Query
from evaluation.truth import Chances, Truth
from ml.log.events import Rows
from ml.state.feature_state import FeatureState

Values = NDArray[np.floating]


@dataclass(frozen=True)
class Moment:
    """One request: who asks what, what is known then, and what may be shown at all."""

    query: Query
    state: FeatureState
    pool: Rows  # what the product's own eligibility lets through, everything fresh considered
    truth: Truth | None

    @cached_property
    def worth(self) -> Chances:
        """The planted P(engagement | examined) of everything in the pool."""
        assert self.truth is not None
        return self.truth.engagement(self.query.viewer, self.pool, self.query.now)


@dataclass(frozen=True, slots=True)
class Answer:
    """Tweets, best first; `source` names who proposed each, where a product says so."""

    tweet: Rows
    source: list[str] | None = None


class Policy(Protocol):
    def show(self, moment: Moment) -> Answer: ...


@dataclass(frozen=True, slots=True)
class Best:
    """The best of the pool by a score; of equals the older row. What is -inf is not shown."""

    score: Callable[[Moment], Values]

    def show(self, moment: Moment) -> Answer:
        score = self.score(moment)
        kept = np.flatnonzero(np.isfinite(score))
        return Answer(best(moment.pool[kept], score[kept], moment.query.limit))


def best(tweet: Rows, score: Values, count: int) -> Rows:
    """The `count` tweets of the highest score, best first, without sorting the rest."""
    if count < len(score):
        least = np.partition(score, len(score) - count)[len(score) - count]
        some = np.flatnonzero(score >= least)
        tweet, score = tweet[some], score[some]
    return tweet[np.lexsort((tweet, -score))[:count]]
