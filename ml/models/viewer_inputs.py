"""The inputs of the viewer tower, defined once for training and serving."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows, Tiebreaks, Times
from ml.kernels import inline_kernel, kernel
from ml.state.feature_state import FeatureState
from ml.state.structures.event_order import NEVER
from ml.state.structures.tokens import Tokens
from ml.state.tables.history import LENGTH
from ml.state.tables.neighborhood import FOLLOW
from ml.state.tables.users import INTERESTS

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

    def __setitem__(self, rows: NDArray[np.integer], some: ViewerInputs) -> None:
        self.interests[rows] = some.interests
        self.history[rows] = some.history
        self.history_weight[rows] = some.history_weight
        self.followees[rows] = some.followees

    @classmethod
    def nothing(cls, viewers: int) -> ViewerInputs:
        """So many viewers of whom nothing is known."""
        return cls(
            np.zeros((viewers, INTERESTS), np.uint32),
            np.full((viewers, LENGTH), -1, np.int32),
            np.zeros((viewers, LENGTH), np.float32),
            np.full((viewers, FOLLOWEES), -1, np.int32),
        )

    def without(self, tweet: Rows) -> ViewerInputs:
        """The inputs without the engagement with one given tweet per row."""
        other = self.history != tweet[:, None]
        weight = self.history_weight * other
        weight /= np.maximum(weight.sum(axis=1, keepdims=True), 1e-9)
        history = np.where(other, self.history, np.int32(-1))
        return ViewerInputs(self.interests, history, weight, self.followees)

    @classmethod
    def read(cls, state: FeatureState, viewer: Rows) -> ViewerInputs:
        """What a state holds of these viewers.

        Engagements fade against the viewer's newest, so the time of asking does not matter.
        """
        relations, lists = state.graph.relations, state.graph.outgoing_lists
        weight = np.zeros((len(viewer), LENGTH), np.float32)
        followees = np.full((len(viewer), FOLLOWEES), -1, np.int32)
        _fade(viewer, state.history.tweet, state.history.at, weight)
        _find_newest_followees(
            viewer,
            lists.start,
            lists.length,
            lists.data,
            relations.index.right,
            relations.is_on,
            relations.at,
            relations.tiebreak,
            followees,
        )
        return cls(state.users.interests[viewer], state.history.tweet[viewer], weight, followees)


@kernel
def _fade(viewer: Rows, history: Rows, at: Times, weight: NDArray[np.float32]) -> None:
    """Write the weights of what each viewer engaged with; the newest comes first."""
    faded = np.empty(LENGTH, np.float64)
    for i in range(len(viewer)):
        user, newest, total = viewer[i], NEVER, 0.0
        for place in range(LENGTH):
            if history[user, place] >= 0:
                newest = max(newest, at[user, place])
                age_hours = (newest - at[user, place]) / 3600
                faded[place] = np.exp2(-age_hours / HISTORY_HALF_LIFE_HOURS)
                total += faded[place]
        for place in range(LENGTH):
            if history[user, place] >= 0:
                weight[i, place] = faded[place] / total


@kernel
def _find_newest_followees(
    viewer: Rows,
    start: Times,
    length: Times,
    data: Rows,
    right: Rows,
    is_on: NDArray[np.bool_],
    at: Times,
    tiebreak: Tiebreaks,
    followees: Rows,
) -> None:
    """Write whom each viewer followed last, the newest first."""
    kept = np.empty(FOLLOWEES + 1, np.int32)
    for i in range(len(viewer)):
        count, first = 0, start[viewer[i]]
        for place in range(first + length[viewer[i]] - 1, first - 1, -1):
            row = data[place]
            if not is_on[row, FOLLOW]:
                continue
            slot = count
            while slot > 0 and _is_later(row, kept[slot - 1], at, tiebreak):
                kept[slot] = kept[slot - 1]
                slot -= 1
            kept[slot] = row
            count = min(count + 1, FOLLOWEES)
        for slot in range(count):
            followees[i, slot] = right[kept[slot]]


@inline_kernel
def _is_later(row: int, other: int, at: Times, tiebreak: Tiebreaks) -> bool:
    """Whether one follow is later than another."""
    one, two = at[row, FOLLOW], at[other, FOLLOW]
    return bool(one > two or (one == two and tiebreak[row, FOLLOW] > tiebreak[other, FOLLOW]))
