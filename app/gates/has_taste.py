"""Admits viewers who engaged with a tweet or declared an interest."""

from __future__ import annotations

from dataclasses import dataclass

from app.pipeline.query import Query
from ml.state.feature_state import FeatureState


@dataclass(frozen=True, slots=True)
class HasTaste:
    state: FeatureState

    def admits(self, query: Query) -> bool:
        if query.viewer < 0:
            return False
        engaged = self.state.history.tweet[query.viewer] >= 0
        declared = self.state.users.interests[query.viewer] != 0
        return bool(engaged.any() or declared.any())
