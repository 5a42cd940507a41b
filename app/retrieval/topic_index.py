"""Where in a list are the tweets on a topic? Topics share a few buckets, by their last bits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows

BUCKETS: Final = 1_024  # a power of two
Topics = NDArray[np.int32]  # tokens, 0 where there is none


@dataclass(frozen=True, slots=True)
class TopicIndex:
    """The places of a list by the bucket of their topic, in the order of the list."""

    place: Rows
    start: NDArray[np.int64]  # (BUCKETS + 1,) where in `place` each bucket begins

    @classmethod
    def of(cls, topic: Topics) -> Self:
        bucket = (topic & (BUCKETS - 1)).astype(np.int16)  # short numbers are sorted by counting
        start = np.zeros(BUCKETS + 1, np.int64)
        start[1:] = np.bincount(bucket, minlength=BUCKETS).cumsum()
        return cls(bucket.argsort(kind="stable").astype(np.int32), start)

    def near(self, topic: int) -> Rows:
        """The places of a topic, and of the others in its bucket."""
        bucket = topic & (BUCKETS - 1)
        return self.place[self.start[bucket] : self.start[bucket + 1]]
