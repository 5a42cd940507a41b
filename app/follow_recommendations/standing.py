"""What speaks for following a user, independent of the viewer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.pipeline.batch import Column
from ml.state.feature_state import FeatureState

PRIOR_FOLLOWERS: Final = 5.0  # added to everybody's, so that few followers give no extreme odds


@dataclass(frozen=True, slots=True)
class Standing:
    """One value per user in each column."""

    newly_joined: Column  # 1 for a user who joins now, a half after one half-life, 0 if unknown
    popular: Column  # the log of the followers, over that of the most followed
    fame: NDArray[np.float64]  # how many paths to the user fame alone would give

    @classmethod
    def of(cls, state: FeatureState, now: int, half_life_hours: float) -> Standing:
        """The standing of every user at a moment."""
        followers = state.graph.followers
        age_hours = np.maximum(now - state.users.created_at, 0) / 3600
        logs = np.log1p(followers)
        return cls(
            newly_joined=np.exp2(-age_hours / half_life_hours).astype(np.float32),
            popular=(logs / max(logs.max(initial=0), 1)).astype(np.float32),
            fame=np.sqrt(followers + PRIOR_FOLLOWERS),
        )
