"""Drops tweets older than the freshness window; a tweet without a date is never too old."""

from __future__ import annotations

from dataclasses import dataclass

from app.pipeline.batch import CandidateBatch, Mask
from app.pipeline.query import Query
from ml.state.feature_state import FeatureState
from ml.state.structures.event_order import UNKNOWN_TIME


@dataclass(frozen=True, slots=True)
class TooOld:
    """Where fewer than `at_least` tweets are young enough, the newest `at_least` pass."""

    state: FeatureState
    max_age_hours: float
    at_least: int

    def keep(self, query: Query, batch: CandidateBatch) -> Mask:
        written = self.state.tweets.created_at[batch.tweet]
        oldest = self.state.oldest_fresh(query.now, self.max_age_hours, self.at_least)
        fresh: Mask = ((written >= oldest) & (written <= query.now)) | (written == UNKNOWN_TIME)
        return fresh
