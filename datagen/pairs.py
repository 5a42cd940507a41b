"""A growing set of pairs with vectorised membership tests."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.int64]


class Pairs:
    """Pairs (left, right) with right below `width`, kept as sorted keys."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._keys: Keys = np.empty(0, np.int64)

    def add(self, left: NDArray[np.int32], right: NDArray[np.int32]) -> None:
        fresh = np.unique(self._key(left, right))
        self._keys = np.insert(self._keys, np.searchsorted(self._keys, fresh), fresh)

    def holds(self, left: NDArray[np.int32], right: NDArray[np.int32]) -> NDArray[np.bool_]:
        key = self._key(left, right)
        if not len(self._keys):
            return np.zeros(len(key), np.bool_)
        place = np.minimum(np.searchsorted(self._keys, key), len(self._keys) - 1)
        return np.asarray(self._keys[place] == key)

    def _key(self, left: NDArray[np.int32], right: NDArray[np.int32]) -> Keys:
        return left.astype(np.int64) * self._width + right
