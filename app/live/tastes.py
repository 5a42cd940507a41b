"""Where each viewer's taste lies: worked out when something about the viewer has changed."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

import numpy as np

from app.pipeline.batch import Column
from ml.embeddings.encoder import Encoder
from ml.state.feature_state import FeatureState

REMEMBERED: Final = 10_000  # viewers, the last to ask; half a kilobyte each


class Tastes:
    """A viewer's vector depends on what they did, not on the time, so it lasts until they act."""

    def __init__(self, state: FeatureState, encoder: Encoder) -> None:
        self._state = state
        self._encoder = encoder
        self._known: OrderedDict[int, tuple[int, Column]] = OrderedDict()

    def of(self, viewer: int, now: int) -> Column:
        """The vector of one viewer, of length 1."""
        acted = int(self._state.acted[viewer])
        known = self._known.get(viewer)
        if known is not None and known[0] == acted:
            self._known.move_to_end(viewer)
            return known[1]
        vector: Column = self._encoder.viewers(
            self._state, np.array([viewer], np.int32), np.array([now], np.int64)
        )[0]
        self._known[viewer] = acted, vector
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return vector
