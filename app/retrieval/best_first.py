"""The order of a feed: by score, the greatest first; of equals the older tweet."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.pipeline.batch import Column, Order, Rows
from ml.kernels import kernel


def best_first(score: Column, tweet: Rows) -> Order:
    """The positions of the best row, of the second best, and so on."""
    return _keys(np.ascontiguousarray(score).view(np.int32), tweet).argsort()


@kernel
def _keys(bits: NDArray[np.int32], tweet: Rows) -> NDArray[np.int64]:
    """One number per row, which falls as the score rises, and rises with the tweet: sorting by one
    number is faster than sorting by two. The bits of a float are in the order of its magnitude."""
    keys = np.empty(len(bits), np.int64)
    for i in range(len(bits)):
        magnitude = int(bits[i]) & 0x7FFFFFFF
        keys[i] = (magnitude if bits[i] < 0 else -magnitude) << 32
        keys[i] += tweet[i]
    return keys
