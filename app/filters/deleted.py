"""What was deleted does not come back."""

from __future__ import annotations

from dataclasses import dataclass

from app.pipeline.batch import CandidateBatch, Mask
from app.pipeline.query import Query
from ml.state.feature_state import FeatureState


@dataclass(frozen=True, slots=True)
class Deleted:
    """A tweet that is not known is as good as deleted."""

    state: FeatureState

    def keep(self, query: Query, batch: CandidateBatch) -> Mask:
        return (batch.tweet >= 0) & ~self.state.tweets.deleted[batch.tweet]
