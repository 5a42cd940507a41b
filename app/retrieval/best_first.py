"""The order of a feed: by score, the greatest first; of equals the older tweet."""

from __future__ import annotations

import numpy as np

from app.pipeline.batch import Column, Order, Rows
from app.retrieval.sort_keys import sort_keys


def best_first(score: Column, tweet: Rows) -> Order:
    """The positions of the best row, of the second best, and so on."""
    return sort_keys(np.ascontiguousarray(score), tweet).argsort(kind="stable")
