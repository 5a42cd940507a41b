"""A cache of viewers' vectors: each is computed again when its viewer has changed."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

import numpy as np

from app.pipeline.batch import Column
from ml.embeddings.encoder import Encoder
from ml.state.feature_state import FeatureState

MAX_VIEWERS: Final = 10_000  # those who asked last; half a kilobyte each


class ViewerVectorCache:
    """A vector depends on what the viewer did and on edited tweets, not on the time."""

    def __init__(self, state: FeatureState, encoder: Encoder) -> None:
        self._state = state
        self._encoder = encoder
        self._known: OrderedDict[int, tuple[int, int, Column]] = OrderedDict()

    def of(self, viewer: int, now: int) -> Column:
        """The vector of one viewer, of length 1."""
        acted, rewritten = int(self._state.acted[viewer]), self._state.rewritten
        known = self._known.get(viewer)
        if known is not None and known[:2] == (acted, rewritten):
            self._known.move_to_end(viewer)
            return known[2]
        vector: Column = self._encoder.viewers(
            self._state, np.array([viewer], np.int32), np.array([now], np.int64)
        )[0]
        self._known[viewer] = acted, rewritten, vector
        if len(self._known) > MAX_VIEWERS:
            self._known.popitem(last=False)
        return vector
