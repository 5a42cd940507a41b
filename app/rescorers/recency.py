"""Halves the score of a tweet with every half-life of its age."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.pipeline.batch import CandidateBatch, Column
from app.pipeline.query import Query
from ml.state.feature_state import FeatureState
from ml.state.structures.event_order import UNKNOWN_TIME


@dataclass(frozen=True, slots=True)
class Recency:
    """The factor is never below `floor`, and 1 for a tweet of unknown age."""

    state: FeatureState
    half_life_hours: float
    floor: float

    def factor(self, query: Query, batch: CandidateBatch) -> Column:
        written = self.state.tweets.created_at[batch.tweet]
        age_hours = np.maximum(query.now - written, 0) / 3600
        age_hours[written == UNKNOWN_TIME] = 0
        fading = np.exp2(-age_hours / self.half_life_hours)
        return np.maximum(fading, self.floor).astype(np.float32)
