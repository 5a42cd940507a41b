"""Complaints count, but a crowd cannot bury anybody: weighed, and capped per actor and per day.

What a (subject, day) is charged with depends only on who stands by a complaint of that day: each
actor once, by what they weighed when they complained (`seniority`), and `DAILY` at most. It is
charged at the beginning of the day, so neither the order of complaints nor of their withdrawals
matters.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows, Times
from ml.kernels import inline_kernel, kernel
from ml.state.structures.counters import Counts
from ml.state.structures.growable import grow
from ml.state.structures.pair_index import PairIndex
from ml.state.tables.weights import UNIT

DAILY: Final = 5  # of each kind: what a few established readers can say in a day; more add nothing
MOST: Final = DAILY * UNIT
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
        self.weight = np.empty(0, np.int64)  # of each cell, what those weigh who complain
        self.pairs = PairIndex()  # (actor, cell)
        self.held = np.empty(0, np.int64)  # of each pair, how many complaints stand
        self.total = np.empty(0, np.int64)  # and what they weigh together

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
        self.weight, self.held, self.total = self.weight[cell], self.held[pair], self.total[pair]

    def change(
        self,
        actor: Rows,
        subject: Rows,
        kind: NDArray[np.integer],
        at: Times,
        sign: NDArray[np.float64],
        weight: Rows,
    ) -> Charge:
        """Apply complaints (+1) and their withdrawal (-1), of weights in millionths; what that
        adds to each subject."""
        day = at // DAY_SECONDS
        cell = self.cells.add(subject, (day * self.kinds + kind).astype(np.int32))
        pair = self.pairs.add(actor, cell)
        grow(self, "weight", len(self.cells), 0)
        grow(self, "held", len(self.pairs), 0)
        grow(self, "total", len(self.pairs), 0)
        charge = np.empty(len(pair))
        _change(self.weight, self.held, self.total, cell, pair, sign, weight, charge)
        return Charge(subject, kind, day * DAY_SECONDS, charge)


@kernel
def _change(
    weight: NDArray[np.int64],
    held: NDArray[np.int64],
    total: NDArray[np.int64],
    cell: Rows,
    pair: Rows,
    sign: NDArray[np.float64],
    each: Rows,
    charge: Counts,
) -> None:
    """Count complaints, what their actors weigh, and what each change adds to its charge."""
    for i in range(len(pair)):
        this, where = pair[i], cell[i]
        before, charged = _mean(total[this], held[this]), min(weight[where], MOST)
        held[this] += int(sign[i])
        total[this] += int(sign[i]) * each[i]
        if held[this] == 0:  # also where what is withdrawn was forgotten before
            total[this] = 0
        weight[where] += _mean(total[this], held[this]) - before
        charge[i] = (min(weight[where], MOST) - charged) / UNIT


@inline_kernel
def _mean(total: int, held: int) -> int:
    """What an actor weighs: the mean of the complaints that they stand by, or nothing."""
    return total // held if held > 0 else 0
