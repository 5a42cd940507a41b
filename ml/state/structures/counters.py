"""Counts that fade: each cell halves every half-life.

A row keeps its values as of its own newest event, so nothing overflows in any year; adding
commutes up to rounding, so neither the order nor the batching of events changes the state.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows, Times
from ml.kernels import inline_kernel, kernel
from ml.state.structures.growable import make_room
from ml.state.structures.pair_index import PairIndex
from ml.state.structures.read_only import read_only

Counts = NDArray[np.float64]
Moments = NDArray[np.float64]  # unix seconds; long ago where there was none


class CountTable(NamedTuple):
    """The arrays of decayed counts, for kernels, which are called with its parts one by one: a
    tuple whose parts have names takes longer to hand over than all of them."""

    value: Counts  # (rows, kinds) as of `newest`
    newest: Moments
    half_life_seconds: float


@inline_kernel
def fade(counts: CountTable, row: int, now: int) -> float:
    """What a row's values are multiplied by to be as of `now`; 0 where `row` is -1."""
    if row < 0:
        return 0.0
    return fade_since(counts.newest[row], counts.half_life_seconds, now)


@inline_kernel
def fade_since(newest: float, half_life_seconds: float, now: int) -> float:
    """The same of values as of a moment."""
    age = max(now - newest, 0.0)
    return float(np.exp2(-age / half_life_seconds))


class DecayedCounts:
    """One decayed count per (row, kind); `width` kinds."""

    ROOM: ClassVar[Mapping[str, float]] = {"value": 0, "newest": -np.inf}

    # The parts of a `CountTable` as they are now, for kernels; growing replaces them.
    table: tuple[Counts, Moments, float] = read_only("value", "newest", "half_life_seconds")

    def __init__(self, width: int, half_life_hours: float, rows: int = 0) -> None:
        self.half_life_seconds = half_life_hours * 3600
        self.value = np.zeros((rows, width))  # as of `newest`
        self.newest = np.full(rows, -np.inf)

    def __len__(self) -> int:
        return len(self.newest)

    def grow(self, rows: int) -> None:
        """Make room for at least so many rows; what a reader holds stays as it was."""
        make_room(self, rows)

    def add(self, row: Rows, kind: NDArray[np.integer], at: Times, weight: Counts) -> None:
        """Add `weight` to each (row, kind) as of `at`; rows of -1 are left out."""
        _add(self.value, self.newest, self.half_life_seconds, row, kind, at, weight)

    def keep(self, row: Rows) -> None:
        """Only these rows, from 0 on."""
        self.value, self.newest = self.value[row], self.newest[row]

    def clear(self, row: Rows) -> None:
        """Count these rows from nothing."""
        self.value[row], self.newest[row] = 0, -np.inf

    def read(self, row: Rows, now: Times | int) -> Counts:
        """(rows, width) counts as of `now`; zeros where `row` is -1."""
        if not len(self):
            return np.zeros((len(row), self.value.shape[1]))
        age = np.maximum(now - self.newest[row], 0)
        fade = np.exp2(-age / self.half_life_seconds)
        fade[row < 0] = 0
        counts: Counts = self.value[row] * fade[:, None]
        return counts


class PairCounts:
    """Decayed counts of pairs, only those that ever met."""

    def __init__(self, width: int, half_life_hours: float) -> None:
        self.index = PairIndex()
        self.counts = DecayedCounts(width, half_life_hours)

    @property
    def used(self) -> int:
        """How many rows of `counts` are in use."""
        return len(self.index)

    def add(
        self, left: Rows, right: Rows, kind: NDArray[np.integer], at: Times, weight: Counts
    ) -> None:
        row = self.index.add(left, right)
        self.counts.grow(len(self.index))
        self.counts.add(row, kind, at, weight)

    def keep(self, row: Rows) -> None:
        """Only these pairs, in rows of their own."""
        self.index = self.index.kept(row)
        self.counts.keep(row)

    def read(self, left: Rows, right: Rows, now: Times | int) -> Counts:
        """(pairs, width) counts as of `now`; zeros for a pair that never met."""
        return self.counts.read(self.index.find(left, right), now)


@kernel
def _add(
    value: Counts,
    newest: NDArray[np.float64],
    half_life_seconds: float,
    row: Rows,
    kind: NDArray[np.integer],
    at: Times,
    weight: Counts,
) -> None:
    """Add each weight as of the newest event of its row, which it may be itself."""
    for i in range(len(row)):
        this = row[i]
        if this < 0:
            continue
        half_lives = (at[i] - newest[this]) / half_life_seconds
        if half_lives > 0:
            faded = np.exp2(-half_lives)
            for column in range(value.shape[1]):  # a whole row at once takes 2 s to compile
                value[this, column] *= faded
            newest[this], half_lives = at[i], 0.0
        value[this, kind[i]] += weight[i] * np.exp2(half_lives)
