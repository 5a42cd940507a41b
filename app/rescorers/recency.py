"""Yesterday's news is worth less: a tweet loses half of its score every half-life."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.pipeline.batch import CandidateBatch, Column
from app.pipeline.query import Query
from ml.state.feature_state import FeatureState
from ml.state.structures.event_order import UNKNOWN_TIME


@dataclass(frozen=True, slots=True)
class Recency:
    """A tweet of unknown age keeps its score; where a quiet network has only old tweets to show,
    age takes no more than `floor` leaves."""

    state: FeatureState
    half_life_hours: float
    floor: float

    def factor(self, query: Query, batch: CandidateBatch) -> Column:
        written = self.state.tweets.created_at[batch.tweet]
        age_hours = np.maximum(query.now - written, 0) / 3600
        age_hours[written == UNKNOWN_TIME] = 0
        fading = np.exp2(-age_hours / self.half_life_hours)
        return np.maximum(fading, self.floor).astype(np.float32)
