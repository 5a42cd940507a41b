"""Halves the score of a tweet with every half-life of its age."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.pipeline.batch import CandidateBatch, Column, Rows
from app.pipeline.query import Query
from ml.arrays import Times
from ml.kernels import kernel
from ml.state.feature_state import FeatureState
from ml.state.structures.event_order import UNKNOWN_TIME


@dataclass(frozen=True, slots=True)
class Recency:
    """The factor is never below `floor`, and 1 for a tweet of unknown age."""

    state: FeatureState
    half_life_hours: float
    floor: float

    def factor(self, query: Query, batch: CandidateBatch) -> Column:
        written, half_life_seconds = self.state.tweets.created_at, self.half_life_hours * 3600.0
        return _fading(batch.tweet, written, query.now, half_life_seconds, float(self.floor))


@kernel
def _fading(
    tweet: Rows, written: Times, now: int, half_life_seconds: float, floor: float
) -> Column:
    factor = np.empty(len(tweet), np.float32)
    for i in range(len(tweet)):
        at = written[tweet[i]]
        age = 0 if at == UNKNOWN_TIME else max(now - at, 0)
        factor[i] = max(np.exp2(-age / half_life_seconds), floor)
    return factor
