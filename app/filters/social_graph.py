"""A block works both ways; a mute is the viewer's own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.pipeline.batch import CandidateBatch, Mask
from app.pipeline.query import Query
from ml.state.feature_state import FeatureState


@dataclass(frozen=True, slots=True)
class SocialGraph:
    state: FeatureState

    def keep(self, query: Query, batch: CandidateBatch) -> Mask:
        viewer = np.full(len(batch), query.viewer, np.int32)
        return ~self.state.graph.hides(viewer, batch.author)
