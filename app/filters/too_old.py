"""Drops tweets older than the freshness window; a tweet without a date is never too old."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from app.pipeline.batch import CandidateBatch, Mask, Rows
from app.pipeline.components import Ground
from app.pipeline.query import Query
from ml.arrays import Times
from ml.kernels import kernel
from ml.state.feature_state import FeatureState
from ml.state.structures.event_order import UNKNOWN_TIME
from ml.state.structures.time_index import is_fresh


@dataclass(frozen=True, slots=True)
class TooOld:
    """Where fewer than `at_least` tweets are young enough, the newest `at_least` pass."""

    state: FeatureState
    max_age_hours: float
    at_least: int

    def keep(self, query: Query, batch: CandidateBatch) -> Mask:
        oldest = self.state.oldest_fresh(query.now, self.max_age_hours, self.at_least)
        return _fresh(batch.tweet, self.state.tweets.created_at, oldest, query.now)

    def grounds(self, query: Query, row: CandidateBatch) -> Mapping[str, Ground]:
        written = int(self.state.tweets.created_at[row.tweet[0]])
        oldest = self.state.oldest_fresh(query.now, self.max_age_hours, self.at_least)
        return {
            "age_hours": None if written == UNKNOWN_TIME else (query.now - written) / 3600,
            "window_hours": (query.now - oldest) / 3600,
        }


@kernel
def _fresh(tweet: Rows, created_at: Times, oldest: int, now: int) -> Mask:
    keep = np.empty(len(tweet), np.bool_)
    for i in range(len(tweet)):
        keep[i] = is_fresh(created_at[tweet[i]], oldest, now)
    return keep
