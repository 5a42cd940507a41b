"""Replays the log in buckets of time; readers see the state before each bucket."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Times
from ml.state.events import Events
from ml.state.feature_state import FeatureState

BUCKET_SECONDS: Final = 60


def walk(
    state: FeatureState, events: Events, moments: Times, bucket_seconds: int = BUCKET_SECONDS
) -> Iterator[NDArray[np.intp]]:
    """Yield the positions of `moments` (sorted) bucket by bucket, with the state as it was before
    anything of that bucket happened; the rest of the log is applied at the end."""
    bucket = moments // bucket_seconds
    edges = np.r_[0, np.flatnonzero(np.diff(bucket)) + 1, len(moments)]
    applied = 0
    if not len(moments):
        edges = edges[:0]
    for start, end in pairwise(edges):
        upto = int(np.searchsorted(events.at, bucket[start] * bucket_seconds))
        state.apply(events[applied:upto])
        applied = upto
        yield np.arange(start, end)
    state.apply(events[applied:])
