"""Lists of different lengths, one per row, in one array."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows
from ml.state.structures.growable import with_room


class RaggedTable(NamedTuple):
    """The arrays of ragged lists, for kernels: those of `row` are `data[start[row] + i]`, for `i`
    below `length[row]`, oldest first."""

    start: NDArray[np.int64]
    length: NDArray[np.int64]
    data: Rows


class Ragged:
    """Growing lists, appended to in order."""

    def __init__(self, rows: int = 0) -> None:
        self.data = np.empty(0, np.int32)
        self.start = np.zeros(rows, np.int64)
        self.length = np.zeros(rows, np.int64)
        self.room = np.zeros(rows, np.int64)
        self._used = 0

    @property
    def table(self) -> RaggedTable:
        """The arrays as they are now, for kernels; growing replaces them."""
        return RaggedTable(self.start, self.length, self.data)

    def grow(self, rows: int) -> None:
        """Make room for at least so many lists."""
        self.start = with_room(self.start, rows, 0)
        self.length = with_room(self.length, rows, 0)
        self.room = with_room(self.room, rows, 0)

    def append(self, row: Rows, value: Rows) -> None:
        """Append each value to its row's list, in the order given."""
        if not len(row):
            return
        order = np.argsort(row, kind="stable")
        rows, first, count = np.unique(row[order], return_index=True, return_counts=True)
        self._make_room(rows, count)
        within = np.arange(len(row)) - np.repeat(first, count)
        place = np.repeat(self.start[rows] + self.length[rows], count) + within
        self.data[place] = value[order]
        self.length[rows] += count

    def refill(self, row: Rows, value: Rows) -> None:
        """Empty all lists, and append anew."""
        self.length = np.bincount(row, minlength=len(self.start))
        self.start = np.cumsum(self.length) - self.length
        self.room = self.length.copy()
        self.data = value[np.argsort(row, kind="stable")].astype(np.int32)
        self._used = len(self.data)

    def of(self, row: int) -> Rows:
        """The values of one list, oldest first; a view, for reading only."""
        start = self.start[row]
        return self.data[start : start + self.length[row]]

    def keep(self, row: Rows, wanted: Callable[[Rows], NDArray[np.bool_]]) -> None:
        """Leave in each of these lists only the values that are `wanted`."""
        row = np.unique(row)
        values, owner = self.gather(row)
        kept = wanted(values)
        count = np.bincount(owner[kept], minlength=len(row))
        within = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
        self.data[np.repeat(self.start[row], count) + within] = values[kept]
        self.length[row] = count

    def gather(self, row: Rows, newest: int | None = None) -> tuple[Rows, NDArray[np.int64]]:
        """All values of the given rows' lists (at most the `newest` of each), oldest first, and
        for each value the position in `row` that it belongs to."""
        length = self.length[row]
        start = self.start[row]
        if newest is not None:
            kept = np.minimum(length, newest)
            start = start + length - kept
            length = kept
        owner = np.repeat(np.arange(len(row)), length)
        ends = np.cumsum(length)
        within = np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - length, length)
        return self.data[np.repeat(start, length) + within], owner

    def _make_room(self, rows: NDArray[np.integer], count: NDArray[np.int64]) -> None:
        """Move the lists that would overflow to the end, with room to double."""
        full = rows[self.length[rows] + count > self.room[rows]]
        if not full.size:
            return
        needed = 2 * (self.length[full] + count[np.isin(rows, full)])
        start = self._used + np.cumsum(needed) - needed
        total = self._used + int(needed.sum())
        self.data = with_room(self.data, total, -1)
        values, owner = self.gather(full.astype(np.int32))
        within = np.arange(len(values)) - np.repeat(
            np.cumsum(self.length[full]) - self.length[full], self.length[full]
        )
        self.data[start[owner] + within] = values
        self.start[full], self.room[full], self._used = start, needed, total
