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
        due = [_Due(s, share, marks) for s, share in enumerate(self.kept) if share > 0]
        taken = [0] * len(queues)
        chosen: list[int] = []
        while len(chosen) < query.limit and any(queues):
            places = len(chosen) + 1
            short = [one.rows[0] for one in due if one.is_short(places)]
            row = short[0] if short else self._best(queues, taken, places)
            source = _first(int(marks[row]))
            taken[source] += 1
            if row in queues[source]:  # where what is kept lies deeper, it may not wait there
                queues[source].remove(row)
            for one in due:
                one.note(row)
            chosen.append(row)
        return best_first[chosen]

    def _best(self, queues: list[deque[int]], taken: list[int], places: int) -> int:
        waiting = [source for source, queue in enumerate(queues) if queue]
        below = [s for s in waiting if taken[s] < self._quota(s, places)]
        return queues[min(below or waiting, key=lambda s: queues[s][0])][0]

    def _quota(self, source: int, places: int) -> int:
        return ceil(self.shares[source] * places) if source < len(self.shares) else 0

    def _queues(self, marks: NDArray[np.uint32], limit: int) -> list[deque[int]]:
        """For each source the first rows that wait for it; a row waits for its first source."""
        lowest = marks & (~marks + np.uint32(1))
        sources = max(len(self.shares), int(lowest.max(initial=1)).bit_length())
        return [
            deque(np.flatnonzero(lowest == 1 << source)[:limit].tolist())
            for source in range(sources)
        ]


class _Due:
    """The rows that a source proposed, alone or with others, and how many have had a place."""

    def __init__(self, source: int, share: float, marks: NDArray[np.uint32]) -> None:
        self.rows: list[int] = np.flatnonzero(marks & np.uint32(1 << source)).tolist()
        self.share = share
        self.had = 0

    def is_short(self, places: int) -> bool:
        """Whether the last of so many places should be one of theirs."""
        return bool(self.rows) and self.had < floor(self.share * places + MIDDLE)

    def note(self, row: int) -> None:
        """A row has a place now."""
        if row in self.rows:
            self.rows.remove(row)
            self.had += 1


def _first(marks: int) -> int:
    """The first source that proposed a row of these marks."""
    return (marks & -marks).bit_length() - 1
