"""The best rows, without sorting the rest."""

from __future__ import annotations

import numpy as np

from app.pipeline.batch import Rows
from app.retrieval.sort_keys import Keys


def top_k(keys: Keys, count: int) -> Keys:
    """The `count` best of these sort keys, best first; all of them where there are fewer.

    The given ones are reordered.
    """
    if count < len(keys):
        keys.partition(count)
        keys = keys[:count]
    keys.sort()
    return keys


def best_rows(keys: Keys, count: int) -> Rows:
    """The rows of these: the lower halves of the keys."""
    return top_k(keys, count).astype(np.int32)
