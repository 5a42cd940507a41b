"""Drops deleted tweets."""

from __future__ import annotations

from dataclasses import dataclass

from app.pipeline.batch import CandidateBatch, Mask
from app.pipeline.query import Query
from ml.state.feature_state import FeatureState


@dataclass(frozen=True, slots=True)
class Deleted:
    """An unknown tweet counts as deleted."""

    state: FeatureState

    def keep(self, query: Query, batch: CandidateBatch) -> Mask:
        return (batch.tweet >= 0) & ~self.state.tweets.deleted[batch.tweet]
