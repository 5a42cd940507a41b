"""What can be proposed at all, so that no source spends its places on what would be dropped."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.pipeline.batch import CandidateBatch, Mask, Order, Rows
from app.pipeline.components import Filter
from app.pipeline.query import Query
from app.retrieval.memo import Memo
from ml.state.feature_state import FeatureState
from ml.state.structures.event_order import UNKNOWN_TIME

OVERFETCH: Final = 32  # looked at beyond the limit, in place of what was seen
UNKNOWN_AGE_HOURS: Final = 24.0

Worth = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Fresh:
    """Tweets inside the window, oldest first."""

    tweet: Rows
    author: Rows
    age_hours: NDArray[np.float64]


@dataclass(frozen=True)
class FreshTweets:
    """The tweets inside the freshness window; where places are scarce, the unseen ones."""

    state: FeatureState
    max_age_hours: float
    at_least: int
    too_old: Filter
    already_seen: Filter

    @cached_property
    def fresh(self) -> Memo[Fresh]:
        """The tweets inside the window at a moment."""
        return Memo(self.state, self._fresh)

    def _fresh(self, now: int) -> Fresh:
        tweet = self.state.fresh(now, self.max_age_hours, self.at_least)
        return Fresh(tweet, self.state.tweets.author[tweet], self.age_hours(tweet, now))

    def is_fresh(self, query: Query, tweet: Rows) -> Mask:
        """Which of these tweets are inside the window."""
        return self.too_old.keep(query, self._batch(tweet))

    def age_hours(self, tweet: Rows, now: int) -> NDArray[np.float64]:
        """Hours since each tweet was written; a day where nobody knows."""
        written = self.state.tweets.created_at[tweet]
        return np.where(written == UNKNOWN_TIME, UNKNOWN_AGE_HOURS, (now - written) / 3600)

    def best(self, query: Query, tweet: Rows, worth: Worth, limit: int) -> CandidateBatch:
        """The `limit` tweets of the greatest worth, best first; of equals the older.

        Where places are scarce, none goes to what was already seen; where there is room, the
        feed's own filters will drop it.
        """
        if len(tweet) <= limit:
            return self._batch(tweet[np.lexsort((tweet, -worth))])
        reach = limit + OVERFETCH
        while True:
            batch = self._batch(tweet[foremost(tweet, worth, reach)])
            unseen = np.flatnonzero(self.already_seen.keep(query, batch))[:limit]
            if len(unseen) == limit or reach >= len(tweet):
                return batch.take(unseen)
            reach *= 4

    def _batch(self, tweet: Rows) -> CandidateBatch:
        return CandidateBatch.of(tweet, self.state.tweets.author[tweet])


def foremost(row: Rows, worth: Worth, count: int) -> Order:
    """Positions of the greatest worth, best first, of equals the older row; the rest stays
    unsorted."""
    if count < len(worth):
        least = np.partition(worth, len(worth) - count)[len(worth) - count]
        some = np.flatnonzero(worth >= least)
        return some[np.lexsort((row[some], -worth[some]))[:count]]
    return np.lexsort((row, -worth))
