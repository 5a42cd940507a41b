"""What the viewer has already acted on does not come back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.pipeline.batch import CandidateBatch, Mask
from app.pipeline.query import Query
from ml.state.feature_state import FeatureState


@dataclass(frozen=True, slots=True)
class AlreadySeen:
    state: FeatureState

    def keep(self, query: Query, batch: CandidateBatch) -> Mask:
        viewer = np.full(len(batch), query.viewer, np.int32)
        engaged = self.state.engaged
        return ~engaged.any(engaged.kinds, viewer, batch.tweet)
