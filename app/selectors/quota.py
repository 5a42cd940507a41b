"""The best rows, best first, while no source takes more than its share of the places so far."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

from app.pipeline.batch import CandidateBatch, Order
from app.pipeline.query import Query


@dataclass(frozen=True, slots=True)
class Quota:
    """`shares` belong to the first sources, in their order; the others only fill up.

    A place goes to the best row among the sources that are not above their share of the feed
    up to there; where those have run dry, to the best row of any. So shares never shorten the
    feed, and ten places are the first ten of a hundred.
    """

    shares: Sequence[float]

    def select(self, query: Query, batch: CandidateBatch) -> Order:
        best_first = np.lexsort((batch.tweet, -batch["score"]))
        queues = self._queues(batch, best_first)
        place_of = np.empty(len(batch), np.intp)
        place_of[best_first] = np.arange(len(batch))
        taken = [0] * len(queues)
        chosen: list[int] = []
        while len(chosen) < query.limit and any(queues):
            waiting = [source for source, queue in enumerate(queues) if queue]
            below = [s for s in waiting if taken[s] < self._quota(s, len(chosen) + 1)]
            source = min(below or waiting, key=lambda s: place_of[queues[s][0]])
            taken[source] += 1
            chosen.append(queues[source].popleft())
        return np.array(chosen, np.intp)

    def _quota(self, source: int, places: int) -> int:
        return ceil(self.shares[source] * places) if source < len(self.shares) else 0

    def _queues(self, batch: CandidateBatch, best_first: Order) -> list[deque[int]]:
        """One queue per source, best first; a row waits in that of its first source."""
        marks = batch.sources[best_first]
        lowest = marks & (~marks + np.uint32(1))
        first = np.log2(np.maximum(lowest, 1)).astype(np.intp)
        sources = max(len(self.shares), int(first.max(initial=0)) + 1)
        return [deque(best_first[first == source].tolist()) for source in range(sources)]
