"""Lists of different lengths, one per row, in one array."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows
from ml.kernels import kernel
from ml.state.structures.growable import grow, make_room


class RaggedTable(NamedTuple):
    """The arrays of ragged lists, for kernels: those of `row` are `data[start[row] + i]`, for `i`
    below `length[row]`, oldest first."""

    start: NDArray[np.int64]
    length: NDArray[np.int64]
    data: Rows


class Ragged:
    """Growing lists, appended to in order."""

    ROOM: ClassVar[Mapping[str, float]] = {"data": 0}

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

    @property
    def used(self) -> int:
        """How much of `data` is in use."""
        return self._used

    def grow(self, rows: int) -> None:
        """Make room for at least so many lists."""
        for name in ("start", "length", "room"):
            grow(self, name, rows, 0)

    def expect(self, row: Rows) -> None:
        """Make room for a value of each of these rows; nothing changes where there are values."""
        if not self._used:
            self.room = np.bincount(row, minlength=len(self.start))
            self.start = np.cumsum(self.room) - self.room
            self.data, self._used = np.empty(len(row), np.int32), len(row)

    def append(self, row: Rows, value: Rows) -> None:
        """Append each value to its row's list, in the order given."""
        done = 0
        while True:
            done, self._used = _append(
                self.start, self.length, self.room, self.data, self._used, row, value, done
            )
            if done == len(row):
                return
            room = 2 * (int(self.length[row[done]]) + 1)
            make_room(self, self._used + room)

    def refill(self, row: Rows, value: Rows) -> None:
        """Empty all lists, and append anew."""
        self.length = np.bincount(row, minlength=len(self.start))
        self.start = np.cumsum(self.length) - self.length
        self.room = self.length.copy()
        self.data = value[np.argsort(row, kind="stable")].astype(np.int32)
        self._used = len(self.data)

    def packed(self) -> Ragged:
        """The same lists, one behind the other, without room between them."""
        lists = Ragged()
        lists.length = self.length.copy()
        lists.start = np.cumsum(lists.length) - lists.length
        lists.room = lists.length
        lists.data, _ = self.gather(np.arange(len(self.length), dtype=np.int32))
        lists._used = len(lists.data)
        return lists

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

    def sort(self, row: Rows) -> None:
        """Sort each of these few lists."""
        for one in np.unique(row).tolist():
            self.of(one).sort()

    def gather(self, row: Rows) -> tuple[Rows, NDArray[np.int64]]:
        """All values of the given rows' lists, oldest first, and for each value the position in
        `row` that it belongs to."""
        return _gather(self.start, self.length, self.data, row)


@kernel
def _append(
    start: NDArray[np.int64],
    length: NDArray[np.int64],
    room: NDArray[np.int64],
    data: Rows,
    used: int,
    row: Rows,
    value: Rows,
    begin: int,
) -> tuple[int, int]:
    """Append the values from `begin` on while there is room; where that ended, and how much of
    `data` is used. A list that is full moves to the end, with room to double."""
    for i in range(begin, len(row)):
        this, count = row[i], length[row[i]]
        if count == room[this]:
            needed = 2 * (count + 1)
            if used + needed > len(data):
                return i, used
            for j in range(count):
                data[used + j] = data[start[this] + j]
            start[this], room[this] = used, needed
            used += needed
        data[start[this] + count] = value[i]
        length[this] = count + 1
    return len(row), used


@kernel
def _gather(
    start: NDArray[np.int64], length: NDArray[np.int64], data: Rows, row: Rows
) -> tuple[Rows, NDArray[np.int64]]:
    """The values of each list, and the positions of the lists they belong to."""
    count = 0
    for this in row:
        count += length[this]
    value, owner = np.empty(count, np.int32), np.empty(count, np.int64)
    place = 0
    for i in range(len(row)):
        for j in range(start[row[i]], start[row[i]] + length[row[i]]):
            value[place], owner[place] = data[j], i
            place += 1
    return value, owner
