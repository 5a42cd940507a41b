"""The tweets that sources may propose: those inside the freshness window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.pipeline.batch import CandidateBatch, Mask, Rows
from app.pipeline.components import Filter
from app.pipeline.failures import FailedClosedError
from app.pipeline.query import Query
from app.retrieval.memo import Memo
from app.retrieval.top_k import Worth, top_k
from ml.state.feature_state import FeatureState
from ml.state.structures.event_order import UNKNOWN_TIME
from ml.state.tables.audience import PUBLIC

OVERFETCH: Final = 32  # rows looked at beyond the limit, to replace those that are dropped
UNKNOWN_AGE_HOURS: Final = 24.0


@dataclass(frozen=True, slots=True)
class Fresh:
    """Public tweets inside the window, oldest first."""

    tweet: Rows
    author: Rows
    age_hours: NDArray[np.float64]


@dataclass(frozen=True)
class FreshTweets:
    """What sources share: the tweets of the window, their age, and the top of them.

    A source that takes from here spends no places on tweets that the filters would drop.
    """

    state: FeatureState
    max_age_hours: float
    at_least: int
    too_old: Filter
    audience: Filter
    eligibility: Sequence[Filter]  # what is dropped before the ranker, but for its age
    visibility: Sequence[Filter]  # what may not be shown

    @cached_property
    def fresh(self) -> Memo[Fresh]:
        """The public tweets inside the window at a moment: all that a stranger may be shown."""
        return Memo(self.state, self._fresh)

    def _fresh(self, now: int) -> Fresh:
        tweet = self.state.fresh(now, self.max_age_hours, self.at_least)
        tweet = tweet[self.state.tweets.audience.visibility[tweet] == PUBLIC]
        return Fresh(tweet, self.state.tweets.author[tweet], self.age_hours(tweet, now))

    def is_fresh(self, query: Query, tweet: Rows) -> Mask:
        """Which of these tweets are inside the window, and may be shown to the viewer."""
        batch = self._batch(tweet)
        return self.too_old.keep(query, batch) & self.audience.keep(query, batch)

    def age_hours(self, tweet: Rows, now: int) -> NDArray[np.float64]:
        """Hours since each tweet was written; 24 where that is unknown."""
        written = self.state.tweets.created_at[tweet]
        return np.where(written == UNKNOWN_TIME, UNKNOWN_AGE_HOURS, (now - written) / 3600)

    def top(self, query: Query, tweet: Rows, worth: Worth, limit: int) -> CandidateBatch:
        """The `limit` tweets of the greatest worth, best first; of equals the older.

        Where there are more tweets than places, those that cannot be served take none; otherwise
        the feed's own filters drop them.

        Raises:
            FailedClosedError: it is not known what may be shown.
        """
        if len(tweet) <= limit:
            return self._batch(tweet[np.lexsort((tweet, -worth))])
        reach = limit + OVERFETCH
        while True:
            batch = self._batch(tweet[top_k(tweet, worth, reach)])
            served = np.flatnonzero(self._can_be_served(query, batch))[:limit]
            if len(served) == limit or reach >= len(tweet):
                return batch.take(served)
            reach *= 4

    def _can_be_served(self, query: Query, batch: CandidateBatch) -> Mask:
        """Which rows the filters of the feed would keep."""
        kept = np.ones(len(batch), bool)
        for filter_ in self.eligibility:
            kept &= filter_.keep(query, batch)
        for filter_ in self.visibility:
            try:
                kept &= filter_.keep(query, batch)
            except Exception as error:
                name = type(filter_).__name__
                raise FailedClosedError(f"{name} failed: {error!r}") from error
        return kept

    def _batch(self, tweet: Rows) -> CandidateBatch:
        return CandidateBatch.of(tweet, self.state.tweets.author[tweet])
