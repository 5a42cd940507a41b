"""Lowers what the viewer asked to see less of, and what is not among what they want more of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.pipeline.batch import CandidateBatch, Column
from app.pipeline.query import Query
from app.retrieval.wanted import among
from ml.state.feature_state import FeatureState


@dataclass(frozen=True, slots=True)
class Steering:
    """No factor lifts: where the viewer wants more of something, all else is worth less."""

    state: FeatureState
    sources: Sequence[str] = ()  # of the product, in their order
    less: float = 0.25
    others: float = 0.5

    def unconcerned(self, query: Query) -> float:
        """The factor of a tweet that no preference names."""
        return self.others if query.steering is not None and query.steering.more else 1.0

    def factor(self, query: Query, batch: CandidateBatch) -> Column:
        factor, steering = batch.unchanged(), query.steering
        if steering is None:
            return factor
        if steering.less is not None:
            less = among(self.state, self.sources, query, steering.less, batch)
            factor[less] *= np.float32(self.less)
        if steering.more is not None:
            more = among(self.state, self.sources, query, steering.more, batch)
            factor[~more] *= np.float32(self.others)
        return factor
