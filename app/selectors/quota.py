"""The best rows, best first, while no source takes more than its share of the places so far, or
less than what is kept for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.pipeline.batch import CandidateBatch, Order
from app.pipeline.query import Query

MIDDLE: Final = 0.5 + 1e-9  # of the places that one is kept of, it is the one in the middle


@dataclass(frozen=True, slots=True)
class Quota:
    """`shares` belong to the first sources, in their order; the others only fill up.

    A place goes to the best row among the sources that are not above their share of the feed
    up to there; where those have run dry, to the best row of any. A source that has less than is
    `kept` for it goes before them all. So shares never shorten the feed, and ten places are the
    first ten of a hundred.
    """

    shares: Sequence[float]
    kept: Sequence[float] = ()  # of the same sources; 0.1 is the fifth of every ten places

    def select(self, query: Query, batch: CandidateBatch) -> Order:
        best_first = np.lexsort((batch.tweet, -batch["score"]))
        queues = self._queues(batch.sources[best_first], query.limit)
        taken = [0] * len(queues)
        chosen: list[int] = []
        while len(chosen) < query.limit and any(queues):
            waiting = [source for source, queue in enumerate(queues) if queue]
            below = [s for s in waiting if taken[s] < self._quota(s, len(chosen) + 1)]
            short = [s for s in waiting if taken[s] < self._kept(s, len(chosen) + 1)]
            source = min(short or below or waiting, key=lambda s: queues[s][0])
            taken[source] += 1
            chosen.append(queues[source].popleft())
        return best_first[chosen]

    def _quota(self, source: int, places: int) -> int:
        return ceil(self.shares[source] * places) if source < len(self.shares) else 0

    def _kept(self, source: int, places: int) -> int:
        return floor(self.kept[source] * places + MIDDLE) if source < len(self.kept) else 0

    def _queues(self, marks: NDArray[np.uint32], limit: int) -> list[deque[int]]:
        """For each source the first rows that wait for it; a row waits for its first source."""
        lowest = marks & (~marks + np.uint32(1))
        sources = max(len(self.shares), int(lowest.max(initial=1)).bit_length())
        return [
            deque(np.flatnonzero(lowest == 1 << source)[:limit].tolist())
            for source in range(sources)
        ]
