"""The best rows, within each source's share of the places and what is reserved for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.pipeline.batch import CandidateBatch, Order
from app.pipeline.components import Allotment
from app.pipeline.query import Query

NONE: Final = 2**31  # greater than any row
MIDDLE: Final = 0.5 + 1e-9  # of the places that one is reserved of, it is the middle one


@dataclass(frozen=True, slots=True)
class Quota:
    """Shares and reserved places are those of the candidate pipelines.

    A place goes to the best row among the sources that are not above their share of the feed
    up to there (a source without a share never is); where those have run dry, to the best row of
    any. Where fewer rows than are reserved for a source are among those that it proposed, alone
    or with others, the next is one of them. So shares never shorten the feed, and ten places are
    the first ten of a hundred.
    """

    def select(self, query: Query, batch: CandidateBatch, allotments: Sequence[Allotment]) -> Order:
        shares = [one.share for one in allotments]
        best_first = np.lexsort((batch.tweet, -batch["score"]))
        marks = batch.sources[best_first]
        queues = _queues(marks, len(shares), query.limit)
        due = [_Due(s, a.reserved, marks) for s, a in enumerate(allotments) if a.reserved > 0]
        taken = [0] * len(queues)
        chosen: list[int] = []
        while len(chosen) < query.limit and any(queues):
            places = len(chosen) + 1
            short = [one.rows[0] for one in due if one.is_short(places)]
            row = short[0] if short else _best(queues, shares, taken, places)
            source = _first(int(marks[row]))
            taken[source] += 1
            if row in queues[source]:  # where what is reserved lies deeper, it may not wait there
                queues[source].remove(row)
            for one in due:
                one.note(row)
            chosen.append(row)
        return best_first[chosen]


def _best(
    queues: list[deque[int]], shares: Sequence[float | None], taken: list[int], places: int
) -> int:
    """The best row for the last of so many places."""
    first, below = NONE, NONE  # of all, and of the sources that are not above their share
    for queue, share, had in zip(queues, shares, taken, strict=True):
        if queue:
            row = queue[0]
            first = min(first, row)
            if row < below and (share is None or had < ceil(share * places)):
                below = row
    return below if below < NONE else first


def _queues(marks: NDArray[np.uint32], sources: int, limit: int) -> list[deque[int]]:
    """For each source the first rows that wait for it; a row waits for its first source."""
    lowest = marks & (~marks + np.uint32(1))
    return [
        deque(np.flatnonzero(lowest == 1 << source)[:limit].tolist()) for source in range(sources)
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
