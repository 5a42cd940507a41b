"""The best rows, within each source's share of the places and what is reserved for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.pipeline.batch import CandidateBatch, Marks, Order
from app.pipeline.components import Allotment
from app.pipeline.query import Query
from app.retrieval.best_first import best_first
from ml.kernels import inline_kernel, kernel

Shares = NDArray[np.float64]
Ranks = NDArray[np.int64]  # of each rank something; rank 0 is the best row
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
        shares = np.array(
            [inf if one.share is None else one.share for one in allotments], np.float64
        )
        reserved = np.array([one.reserved for one in allotments], np.float64)
        order = best_first(batch["score"], batch.tweet)
        return _fill(order, batch.sources, shares, reserved, query.limit)


@kernel
def _fill(order: Order, sources: Marks, shares: Shares, reserved: Shares, limit: int) -> Order:
    """The rows of so many places, one after the other."""
    rows, kinds = len(order), len(shares)
    marks, first = np.empty(rows, np.int64), np.empty(rows, np.int64)  # of those that still wait
    for rank in range(rows):
        mark = int(sources[order[rank]])
        marks[rank], first[rank] = mark, mark & -mark  # a row waits for its first source
    head, due = np.zeros(kinds, np.int64), np.zeros(kinds, np.int64)
    taken, had = np.zeros(kinds, np.int64), np.zeros(kinds, np.int64)
    chosen = np.empty(min(limit, rows), np.int64)
    for place in range(len(chosen)):
        best = _due(marks, due, reserved, had, place + 1)
        if best == rows:
            best = _best(first, head, shares, taken, place + 1)
        if best == rows:
            return chosen[:place]
        for source in range(kinds):
            taken[source] += first[best] >> source & 1
            had[source] += marks[best] >> source & 1
        marks[best], first[best] = 0, 0
        chosen[place] = order[best]
    return chosen


@kernel
def _due(marks: Ranks, due: Ranks, reserved: Shares, had: Ranks, places: int) -> int:
    """The best row of a source that had less than is reserved for it of so many places."""
    for source in range(len(reserved)):
        if had[source] < np.floor(reserved[source] * places + MIDDLE):
            due[source] = _next(due[source], marks, 1 << source)
            if due[source] < len(marks):
                return int(due[source])
    return len(marks)


@kernel
def _best(first: Ranks, head: Ranks, shares: Shares, taken: Ranks, places: int) -> int:
    """The best row for the last of so many places."""
    best, below = len(first), len(first)  # of all, and of sources that are not above their share
    for source in range(len(shares)):
        head[source] = _next(head[source], first, 1 << source)
        best = min(best, int(head[source]))
        if taken[source] < np.ceil(shares[source] * places):
            below = min(below, int(head[source]))
    return below if below < len(first) else best


@inline_kernel
def _next(rank: int, marks: Ranks, mark: int) -> int:
    """The first row from a rank on that has this mark."""
    while rank < len(marks) and not marks[rank] & mark:
        rank += 1
    return int(rank)
