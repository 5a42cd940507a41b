"""A policy is asked what to show, and answers with tweets, best first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from app.filters.too_old import TooOld
from app.pipeline.batch import CandidateBatch
from app.pipeline.components import Filter
from app.pipeline.query import Query
from app.serving.engine import Engine
from evaluation.truth import Chances, Truth
from ml.arrays import Rows
from ml.state.feature_state import FeatureState

PRODUCT: Final = "for_you"
RANDOM: Final = "random"  # between it and the oracle, a share of the way is measured
ORACLE: Final = "oracle"
OVERFETCH: Final = 32  # looked at beyond the limit, in place of what may not be shown

Values = NDArray[np.floating]


@dataclass(frozen=True)
class Moment:
    """One request: who asks what, what is known then, and what may be shown at all."""

    query: Query
    state: FeatureState
    fresh: Rows  # the tweets inside the product's freshness window
    eligibility: Sequence[Filter]  # the product's own, but for the window
    truth: Truth | None

    @classmethod
    def of(cls, engine: Engine, user: str, limit: int, truth: Truth | None) -> Moment:
        """This user asks now, by the engine's clock."""
        query, settings = engine.hydrate.query(user, limit), engine.settings
        fresh = engine.state.fresh(query.now, settings.max_age_hours, settings.fresh_at_least)
        eligibility = engine.products[PRODUCT].mixer.eligibility
        timeless = [part for part in eligibility if not isinstance(part, TooOld)]
        return cls(query, engine.state, fresh, timeless, truth)

    @cached_property
    def written(self) -> Rows:
        """Every tweet there is by now, however old."""
        return self.state.published(self.query.now)

    def admitted(self, tweet: Rows) -> Rows:
        """Those that exist by now and that the product's own filters let through, in the order
        given."""
        tweet = tweet[self.state.tweets.created_at[tweet] <= self.query.now]
        batch = CandidateBatch.of(tweet, self.state.tweets.author[tweet])
        return eligible(self.query, batch, self.eligibility)

    def worth(self, tweet: Rows) -> Chances:
        """The planted P(engagement | examined) of each."""
        assert self.truth is not None
        return self.truth.engagement(self.query.viewer, tweet, self.query.now)


@dataclass(frozen=True, slots=True)
class Answer:
    """Tweets, best first; `source` names who proposed each, where a product says so."""

    tweet: Rows
    source: list[str] | None = None


class Policy(Protocol):
    def show(self, moment: Moment) -> Answer: ...


Score = Callable[[Moment, Rows], Values]  # of each of these tweets


@dataclass(frozen=True, slots=True)
class Best:
    """The best of what may be shown; of equals the older row. What scores -inf is not shown.

    Where `in_window`, only tweets inside the product's window are ranked: so the oracle and chance
    are the ends of what the product could do. Other policies rank every tweet there is.
    """

    score: Score
    in_window: bool = False

    def show(self, moment: Moment) -> Answer:
        tweet, limit = moment.fresh if self.in_window else moment.written, moment.query.limit
        score = self.score(moment, tweet)
        kept = np.flatnonzero(np.isfinite(score))
        reach = limit + OVERFETCH
        while True:
            top = best(tweet[kept], score[kept], reach)
            shown = moment.admitted(top)
            if len(shown) >= limit or reach >= len(kept):
                return Answer(shown[:limit])
            reach *= 4


def eligible(query: Query, batch: CandidateBatch, eligibility: Sequence[Filter]) -> Rows:
    """The tweets that all of these filters let through."""
    for filter_ in eligibility:
        batch = batch.take(filter_.keep(query, batch))
    return batch.tweet


def best(tweet: Rows, score: Values, count: int) -> Rows:
    """The `count` tweets of the highest score, best first, without sorting the rest."""
    if count < len(score):
        least = np.partition(score, len(score) - count)[len(score) - count]
        some = np.flatnonzero(score >= least)
        tweet, score = tweet[some], score[some]
    return tweet[np.lexsort((tweet, -score))[:count]]
