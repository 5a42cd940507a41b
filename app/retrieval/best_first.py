"""The order of a feed: by score, the greatest first; of equals the older tweet."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.pipeline.batch import Column, Order, Rows
from ml.kernels import kernel

Keys = NDArray[np.int64]


def best_first(score: Column, tweet: Rows) -> Order:
    """The positions of the best row, of the second best, and so on."""
    return keys_of(np.ascontiguousarray(score), tweet).argsort()


@kernel
def keys_of(score: Column, tweet: Rows) -> Keys:
    """One number per row, which falls as the score rises, and rises with the tweet: sorting by one
    number is faster than sorting by two. The bits of a float are in the order of its magnitude."""
    keys, bits = np.empty(len(score), np.int64), score.view(np.int32)
    for i in range(len(bits)):
        magnitude = int(bits[i]) & 0x7FFFFFFF
        keys[i] = (magnitude if bits[i] < 0 else -magnitude) << 32
        keys[i] += tweet[i]
    return keys
