"""Ranks the newest first; needs no model and no history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from app.pipeline.batch import CandidateBatch, Column
from app.pipeline.query import Query
from ml.state.feature_state import FeatureState


@dataclass(frozen=True, slots=True)
class Newest:
    """1 for a tweet written now, a half for one written a day ago, a third for two days."""

    state: FeatureState

    def score(self, query: Query, batch: CandidateBatch) -> Mapping[str, Column]:
        written = self.state.tweets.created_at[batch.tweet]
        age_days = np.maximum(query.now - written, 0) / 86_400
        return {"base_score": (1 / (1 + age_days)).astype(np.float32)}
