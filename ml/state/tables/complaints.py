"""Complaints count, but a crowd cannot bury anybody: capped per actor and per day.

What a (subject, day) is charged with depends only on who stands by a complaint of that day: each
actor once, and `DAILY` of them at most. It is charged at the beginning of the day, so neither
the order of complaints nor of their withdrawals matters.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows, Times
from ml.kernels import kernel
from ml.state.structures.counters import Counts
from ml.state.structures.growable import with_room
from ml.state.structures.pair_index import PairIndex

DAILY: Final = 5  # of each kind: what a few honest readers can say in a day; more add nothing
DAY_SECONDS: Final = 86_400


class Charge(NamedTuple):
    """An addition to each subject's counts."""

    subject: Rows
    kind: NDArray[np.integer]
    at: Times
    weight: Counts


class Complaints:
    """Who complains of whom on which day; a subject is an author, or a tweet."""

    def __init__(self, kinds: int) -> None:
        self.kinds: Final = kinds
        self.cells = PairIndex()  # (subject, day and kind)
        self.actors = np.empty(0, np.int64)  # of each cell, how many complain
        self.pairs = PairIndex()  # (actor, cell)
        self.held = np.empty(0, np.int64)  # of each pair, how many complaints stand

    def keep_from(self, day: int) -> None:
        """Forget the complaints of all days before; they stay where they were counted."""
        self._keep(self.cells.right // self.kinds >= day, None)

    def renumber(self, subject: Rows) -> None:
        """`subject` says where each subject is now, -1 where it is no more."""
        self._keep(subject[self.cells.left] >= 0, subject)

    def _keep(self, stays: NDArray[np.bool_], subject: Rows | None) -> None:
        if stays.all() and subject is None:
            return
        cell = np.flatnonzero(stays).astype(np.int32)
        pair = np.flatnonzero(stays[self.pairs.right]).astype(np.int32)
        new = (np.cumsum(stays) - 1).astype(np.int32)
        left = self.cells.left[cell]
        left = left if subject is None else subject[left]
        self.cells = PairIndex(left, self.cells.right[cell])
        self.pairs = self.pairs.kept(pair, new)
        self.actors, self.held = self.actors[cell], self.held[pair]

    def change(
        self,
        actor: Rows,
        subject: Rows,
        kind: NDArray[np.integer],
        at: Times,
        sign: NDArray[np.float64],
    ) -> Charge:
        """Apply complaints (+1) and their withdrawal (-1); what that adds to each subject."""
        day = at // DAY_SECONDS
        cell = self.cells.add(subject, (day * self.kinds + kind).astype(np.int32))
        pair = self.pairs.add(actor, cell)
        self.actors = with_room(self.actors, len(self.cells), 0)
        self.held = with_room(self.held, len(self.pairs), 0)
        weight = np.empty(len(pair))
        _change(self.actors, self.held, cell, pair, sign, weight)
        return Charge(subject, kind, day * DAY_SECONDS, weight)


@kernel
def _change(
    actors: NDArray[np.int64],
    held: NDArray[np.int64],
    cell: Rows,
    pair: Rows,
    sign: NDArray[np.float64],
    weight: Counts,
) -> None:
    """Count complaints, the actors of each cell, and what each change adds to its charge."""
    for i in range(len(pair)):
        before, charged = held[pair[i]] > 0, min(actors[cell[i]], DAILY)
        held[pair[i]] += int(sign[i])
        actors[cell[i]] += int(held[pair[i]] > 0) - int(before)
        weight[i] = min(actors[cell[i]], DAILY) - charged
