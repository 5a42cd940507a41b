"""Drops tweets that the viewer acted on, was shown, or was just served."""

from __future__ import annotations

from dataclasses import dataclass

from app.pipeline.batch import CandidateBatch, Mask
from app.pipeline.query import Query
from ml.state.feature_state import FeatureState
from ml.state.tables.neighborhood import absent


@dataclass(frozen=True, slots=True)
class AlreadySeen:
    """Exact for recent tweets; for those seen long ago a bloom filter decides."""

    state: FeatureState

    def keep(self, query: Query, batch: CandidateBatch) -> Mask:
        unseen = absent(batch.tweet, query.seen)
        if query.viewer >= 0 and self.state.seen_long_ago.count:
            unseen &= ~self.state.may_have_seen(query.viewer, batch.tweet)
        return unseen
