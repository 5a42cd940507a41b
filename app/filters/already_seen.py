"""Drops tweets that the viewer acted on, was shown, or was just served."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.pipeline.batch import CandidateBatch, Mask
from app.pipeline.components import Ground
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

    def grounds(self, query: Query, row: CandidateBatch) -> Mapping[str, Ground]:
        seen_lately = not absent(row.tweet, query.seen)[0]
        return {"seen_lately": seen_lately, "seen": not self.keep(query, row)[0]}
