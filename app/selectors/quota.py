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
    up to there; where those have run dry, to the best row of any. Where fewer rows than are
    `kept` for a source are among those that it proposed, alone or with others, the next is one of
    them. So shares never shorten the feed, and ten places are the first ten of a hundred.
    """

    shares: Sequence[float]
    kept: Sequence[float] = ()  # of the same sources; 0.1 is the fifth of every ten places

    def select(self, query: Query, batch: CandidateBatch) -> Order:
        best_first = np.lexsort((batch.tweet, -batch["score"]))
        marks = batch.sources[best_first]
        queues = self._queues(marks, query.limit)
        due = {s: deque(_of(marks, s)) for s, share in enumerate(self.kept) if share > 0}
        taken = [0] * len(queues)
        chosen: list[int] = []
        while len(chosen) < query.limit and any(queues):
            row = self._kept_for(due, marks, chosen)
            if row is None:
                row = self._best(queues, taken, len(chosen) + 1)
            source = _first(int(marks[row]))
            taken[source] += 1
            for waiting in (queues[source], *due.values()):
                if row in waiting:
                    waiting.remove(row)
            chosen.append(row)
        return best_first[chosen]

    def _best(self, queues: list[deque[int]], taken: list[int], places: int) -> int:
        waiting = [source for source, queue in enumerate(queues) if queue]
        below = [s for s in waiting if taken[s] < self._quota(s, places)]
        return queues[min(below or waiting, key=lambda s: queues[s][0])][0]

    def _quota(self, source: int, places: int) -> int:
        return ceil(self.shares[source] * places) if source < len(self.shares) else 0

    def _kept_for(
        self, due: dict[int, deque[int]], marks: NDArray[np.uint32], chosen: list[int]
    ) -> int | None:
        for source, waiting in due.items():
            wanted = floor(self.kept[source] * (len(chosen) + 1) + MIDDLE)
            if waiting and wanted > np.count_nonzero(marks[chosen] & np.uint32(1 << source)):
                return waiting[0]
        return None

    def _queues(self, marks: NDArray[np.uint32], limit: int) -> list[deque[int]]:
        """For each source the first rows that wait for it; a row waits for its first source."""
        lowest = marks & (~marks + np.uint32(1))
        sources = max(len(self.shares), int(lowest.max(initial=1)).bit_length())
        return [
            deque(np.flatnonzero(lowest == 1 << source)[:limit].tolist())
            for source in range(sources)
        ]


def _of(marks: NDArray[np.uint32], source: int) -> list[int]:
    """The rows that a source proposed."""
    rows: list[int] = np.flatnonzero(marks & np.uint32(1 << source)).tolist()
    return rows


def _first(marks: int) -> int:
    """The first source that proposed a row of these marks."""
    return (marks & -marks).bit_length() - 1
