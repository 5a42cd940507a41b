"""Which row belongs to a pair: an open-addressing hash table over columns of keys."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows
from ml.kernels import inline_kernel, kernel
from ml.state.structures.growable import grow, longer
from ml.state.structures.read_only import read_only

PairTable = NDArray[np.int32]  # (slots, 3): a pair, and one more than its row; zeros where empty
SPREAD: Final = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio: Fibonacci hashing, Knuth 6.4
HALF: Final = np.uint64(32)  # bits
FEWEST: Final = 16  # slots
SLICE: Final = 8_192  # slots that are copied to a larger table with every addition, at least
FULL: Final = 5 / 8  # of the slots are taken when a larger table is begun
FULLEST: Final = 3 / 4  # when it has to be whole
GROWTH: Final = 3 / 2  # of the slots
SLOTS_EACH: Final = 8  # that are copied for each pair that is added: all are, from FULL to FULLEST


@inline_kernel
def find(table: PairTable, left: int, right: int) -> int:
    """The row of one pair; -1 where it was never added."""
    return int(table[_place(table, np.int32(left), np.int32(right)), 2]) - 1


@kernel
def find_each(table: PairTable, left: int, right: Rows) -> Rows:
    """The rows of pairs of one left side; -1 where a pair was never added.

    Most pairs are found, or found missing, in the slot where they belong. All these are read first,
    by a loop without branches, so that no slot waits for the memory of another.
    """
    row, taken = np.empty(len(right), np.int32), np.empty(len(right), np.int32)
    who, taken_before = np.int32(left), 0
    for i in range(len(right)):
        slot = _slot(len(table), who, np.int32(right[i]))
        number = table[slot, 2]
        is_it = (table[slot, 0] == who) & (table[slot, 1] == right[i])
        row[i] = number * is_it - 1
        taken[taken_before], taken_before = i, taken_before + ((number != 0) & (not is_it))
    for k in range(taken_before):
        row[taken[k]] = find(table, left, right[taken[k]])
    return row


class PairIndex:
    """Rows 0, 1, 2, … for pairs, in the order in which they were first added.

    A table that is `FULL` is copied to a larger one slice by slice, so that no addition waits for
    all pairs: until the copy is whole, new pairs are put in both.
    """

    table: PairTable = read_only("_table")  # as it is now, for kernels; an addition may replace it

    def __init__(self, left: Rows | None = None, right: Rows | None = None) -> None:
        """An index of distinct pairs, in their order, with room for more."""
        left = np.empty(0, np.int32) if left is None else left
        right = np.empty(0, np.int32) if right is None else right
        self._left, self._right = _with_room(left), _with_room(right)
        self._table = _empty(2 * len(left))
        self._next = self._table[:0]  # a larger table, while that is filled
        self._copied = 0  # slots of the table that are in the next one, too
        row, room = np.empty(len(left), np.int32), (self._left, self._right)
        pairs = self._left[: len(left)], self._right[: len(left)]
        _, self._count = _add(self._table, self._next, *room, 0, len(row), *pairs, row, 0)

    def __len__(self) -> int:
        return self._count

    @property
    def left(self) -> Rows:
        """The first of each row's pair."""
        return self._left[: self._count]

    @property
    def right(self) -> Rows:
        """The second of each row's pair."""
        return self._right[: self._count]

    def expect(self, pairs: int) -> None:
        """Begin with a table for so many pairs; nothing changes where there are some already."""
        if not self._count:
            self._table = _empty(int(pairs / FULL) + 1)

    def find(self, left: Rows, right: Rows) -> Rows:
        """The row of each pair, -1 where a pair was never added."""
        row = np.empty(len(right), np.int32)
        _find(self._table, np.ascontiguousarray(left), np.ascontiguousarray(right), row)
        return row

    def add(self, left: Rows, right: Rows) -> Rows:
        """The row of each pair; a new pair gets the next row."""
        left, right = np.ascontiguousarray(left), np.ascontiguousarray(right)
        row, before, done = np.empty(len(right), np.int32), self._count, 0
        while True:
            done, self._count = _add(
                self._table,
                self._next,
                self._left,
                self._right,
                self._count,
                self._room,
                left,
                right,
                row,
                done,
            )
            if done == len(row):
                break
            self._make_room()
        if len(self._next):
            self._copy(max(SLICE, SLOTS_EACH * (self._count - before)))
        return row

    def kept(self, rows: Rows, right: Rows | None = None) -> PairIndex:
        """Only these pairs, in rows of their own; `right` says what each right side is now."""
        moved = self.right[rows] if right is None else right[self.right[rows]]
        return PairIndex(self.left[rows], moved)

    @property
    def _room(self) -> int:
        """For how many pairs there is room until something has to grow."""
        slots = len(self._table)
        return min(len(self._left), int(slots * (FULLEST if len(self._next) else FULL)))

    def _make_room(self) -> None:
        """Room for one more pair, or more."""
        if self._count == len(self._left):
            grow(self, "_left", max(self._count + 1, FEWEST // 2), 0)
            grow(self, "_right", len(self._left), 0)
        elif len(self._next):
            self._copy(len(self._table))
        else:
            self._next, self._copied = _empty(int(GROWTH * len(self._table))), 0

    def _copy(self, slots: int) -> None:
        """Copy the next slots to the larger table, which takes over when it has all."""
        start, self._copied = self._copied, min(self._copied + slots, len(self._table))
        _copy(self._table, self._next, start, self._copied)
        if self._copied == len(self._table):
            self._table, self._next = self._next, self._next[:0]


def _with_room(side: Rows) -> Rows:
    """One side of some pairs, so that the first that are added do not wait for a copy of all."""
    return longer(side.astype(np.int32, copy=False), len(side), 0)


def _empty(slots: int) -> PairTable:
    """A table without pairs; zeros take no memory until they are used."""
    return np.zeros((max(FEWEST, slots), 3), np.int32)


@inline_kernel
def _slot(slots: int, left: np.int32, right: np.int32) -> int:
    """The slot where a pair belongs, if no other is there."""
    spread = (np.uint64(np.uint32(left)) << HALF | np.uint64(np.uint32(right))) * SPREAD
    spread = (spread ^ spread >> HALF) * SPREAD
    return int(np.int64((spread >> HALF) * np.uint64(slots) >> HALF))


@kernel
def _place(table: PairTable, left: np.int32, right: np.int32) -> int:
    """The slot of a pair, or the empty one where it belongs."""
    place = _slot(len(table), left, right)
    while table[place, 2] != 0 and (table[place, 0] != left or table[place, 1] != right):
        place += 1
        if place == len(table):
            place = 0
    return place


@inline_kernel
def _put(table: PairTable, left: np.int32, right: np.int32, number: int) -> None:
    place = _place(table, left, right)
    table[place, 0], table[place, 1], table[place, 2] = left, right, number


@kernel
def _find(table: PairTable, left: Rows, right: Rows, row: Rows) -> None:
    """Write the row of each pair."""
    for i in range(len(row)):
        row[i] = find(table, left[i], right[i])


@kernel
def _add(
    table: PairTable,
    next_table: PairTable,
    all_left: Rows,
    all_right: Rows,
    count: int,
    room: int,
    left: Rows,
    right: Rows,
    row: Rows,
    start: int,
) -> tuple[int, int]:
    """Write the row of each pair from `start` on, of new ones while there is room; where that
    ended, and how many pairs there are now."""
    for i in range(start, len(row)):
        found = find(table, left[i], right[i])
        if found < 0:
            if count == room:
                return i, count
            found, count = count, count + 1
            all_left[found], all_right[found] = left[i], right[i]
            _put(table, left[i], right[i], count)
            if len(next_table) > 0:
                _put(next_table, left[i], right[i], count)
        row[i] = found
    return len(row), count


@kernel
def _copy(table: PairTable, next_table: PairTable, start: int, end: int) -> None:
    """Put the pairs of some slots in the next table, too."""
    for place in range(start, end):
        if table[place, 2] != 0:
            _put(next_table, table[place, 0], table[place, 1], int(table[place, 2]))
