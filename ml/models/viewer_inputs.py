"""The inputs of the viewer tower, defined once for training and serving."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows, Times
from ml.state.feature_state import FeatureState
from ml.state.structures.tokens import Tokens

HISTORY_HALF_LIFE_HOURS: Final = 10 * 24.0
FOLLOWEES: Final = 48  # the newest


@dataclass(frozen=True, slots=True)
class ViewerInputs:
    """One row per viewer. Weights of a row add up to one, or to zero where there is nothing."""

    interests: Tokens  # (viewers, INTERESTS)
    history: Rows  # (viewers, LENGTH) tweets engaged with, -1 where unused
    history_weight: NDArray[np.float32]
    followees: Rows  # (viewers, FOLLOWEES), -1 where unused

    def __getitem__(self, rows: NDArray[np.integer]) -> ViewerInputs:
        return ViewerInputs(
            self.interests[rows],
            self.history[rows],
            self.history_weight[rows],
            self.followees[rows],
        )

    def without(self, tweet: Rows) -> ViewerInputs:
        """The inputs without the engagement with one given tweet per row."""
        other = self.history != tweet[:, None]
        weight = self.history_weight * other
        weight /= np.maximum(weight.sum(axis=1, keepdims=True), 1e-9)
        history = np.where(other, self.history, np.int32(-1))
        return ViewerInputs(self.interests, history, weight, self.followees)

    @classmethod
    def read(cls, state: FeatureState, viewer: Rows, now: Times) -> ViewerInputs:
        """Engagements fade against the viewer's newest, so the time of asking does not matter."""
        history, at, there = state.history.of(viewer)
        newest = np.max(at, axis=1, where=there, initial=0, keepdims=True)
        age_hours = np.where(there, newest - at, 0) / 3600
        weight = np.where(there, np.exp2(-age_hours / HISTORY_HALF_LIFE_HOURS), 0)
        weight /= np.maximum(weight.sum(axis=1, keepdims=True), 1e-9)
        followee, owner = state.graph.followees(viewer, FOLLOWEES)
        first = np.searchsorted(owner, np.arange(len(viewer)))
        followees = np.full((len(viewer), FOLLOWEES), -1, np.int32)
        followees[owner, np.arange(len(owner)) - first[owner]] = followee
        return cls(state.users.interests[viewer], history, weight.astype(np.float32), followees)

    @classmethod
    def stack(cls, parts: list[ViewerInputs]) -> ViewerInputs:
        return cls(
            np.concatenate([part.interests for part in parts]),
            np.concatenate([part.history for part in parts]),
            np.concatenate([part.history_weight for part in parts]),
            np.concatenate([part.followees for part in parts]),
        )
