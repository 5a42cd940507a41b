"""What can be proposed at all, so that no source spends its places on what would be dropped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.pipeline.batch import CandidateBatch, Order, Rows
from app.pipeline.components import Filter
from app.pipeline.query import Query
from ml.state.catalog import UNKNOWN_TIME
from ml.state.feature_state import FeatureState

SPARE: Final = 32  # looked at beyond the limit, in place of what is not wanted
UNKNOWN_AGE_HOURS: Final = 24.0

Worth = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Shelf:
    """The tweets inside the freshness window, and the filters that would drop many of them."""

    state: FeatureState
    max_age_hours: float
    at_least: int
    unwanted: Sequence[Filter]

    def fresh(self, now: int) -> Rows:
        """The tweets inside the window."""
        return self.state.fresh(now, self.max_age_hours, self.at_least)

    def age_hours(self, tweet: Rows, now: int) -> NDArray[np.float64]:
        """Hours since each tweet was written; a day where nobody knows."""
        written = self.state.tweets.created_at[tweet]
        return np.where(written == UNKNOWN_TIME, UNKNOWN_AGE_HOURS, (now - written) / 3600)

    def best(self, query: Query, tweet: Rows, worth: Worth, limit: int) -> CandidateBatch:
        """The `limit` wanted tweets of the greatest worth, best first; of equals the older."""
        reach = limit + SPARE
        while True:
            top = tweet[_best(tweet, worth, reach)]
            batch = CandidateBatch.of(top, self.state.tweets.author[top])
            wanted = np.ones(len(top), bool)
            for filter_ in self.unwanted:
                wanted &= filter_.keep(query, batch)
            kept = np.flatnonzero(wanted)[:limit]
            if len(kept) == limit or reach >= len(tweet):
                return batch.take(kept)
            reach *= 4


def _best(tweet: Rows, worth: Worth, count: int) -> Order:
    """Positions of the greatest worth, best first, without sorting the rest."""
    if count < len(worth):
        least = np.partition(worth, len(worth) - count)[len(worth) - count]
        some = np.flatnonzero(worth >= least)
        return some[np.lexsort((tweet[some], -worth[some]))[:count]]
    return np.lexsort((tweet, -worth))
