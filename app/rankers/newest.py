"""Ranks the newest first; needs no model and no history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.pipeline.batch import CandidateBatch, Column
from app.pipeline.query import Query
from app.pipeline.worth import FeatureValue, Worth, bounded_log
from ml.state.feature_state import FeatureState


@dataclass(frozen=True, slots=True)
class Newest:
    """1 for a tweet written now, a half for one written a day ago, a third for two days."""

    state: FeatureState

    def score(self, query: Query, batch: CandidateBatch) -> Mapping[str, Column]:
        return {"base_score": (1 / (1 + self._age_days(query, batch))).astype(np.float32)}

    def explain(self, query: Query, row: CandidateBatch) -> Worth:
        """How the base score of a single row came about."""
        age_days = float(self._age_days(query, row)[0])
        return Worth(
            features=[FeatureValue("age_days", age_days)],
            heads=(),
            folded=None,
            evidence={"age_days": -bounded_log(age_days)},
        )

    def _age_days(self, query: Query, batch: CandidateBatch) -> NDArray[np.float64]:
        written = self.state.tweets.created_at[batch.tweet]
        age_days: NDArray[np.float64] = np.maximum(query.now - written, 0) / 86_400
        return age_days
