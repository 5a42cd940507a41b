"""Where in a list are the tweets on a topic? Topics share a few buckets, by their last bits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows

BUCKETS: Final = 1_024  # a power of two
MOST_MORE: Final = 1_000  # places that are not sorted
Topics = NDArray[np.int32]  # tokens, 0 where there is none


@dataclass(frozen=True, slots=True)
class TopicIndex:
    """The places of a list by the bucket of their topic, in the order of the list; the last of the
    list may be on any topic."""

    place: Rows
    start: NDArray[np.int64]  # (BUCKETS + 1,) where in `place` each bucket begins
    more: Rows  # places behind all these

    @classmethod
    def of(cls, topic: Topics) -> Self:
        bucket = (topic & (BUCKETS - 1)).astype(np.int16)  # short numbers are sorted by counting
        start = np.zeros(BUCKETS + 1, np.int64)
        start[1:] = np.bincount(bucket, minlength=BUCKETS).cumsum()
        place = bucket.argsort(kind="stable").astype(np.int32)
        return cls(place, start, np.empty(0, np.int32))

    def upto(self, count: int) -> TopicIndex | None:
        """That of a longer list which begins like this one; None where too much would be on any
        topic."""
        more = np.arange(len(self.place), count, dtype=np.int32)
        return None if len(more) > MOST_MORE else TopicIndex(self.place, self.start, more)

    def near(self, topic: int) -> Rows:
        """The places of a topic, and some others, in the order of the list."""
        bucket = topic & (BUCKETS - 1)
        place = self.place[self.start[bucket] : self.start[bucket + 1]]
        return np.concatenate([place, self.more]) if len(self.more) else place
