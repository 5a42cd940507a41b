"""Which row belongs to a pair: an open-addressing hash table over columns of keys."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows
from ml.kernels import kernel
from ml.state.structures.growable import with_room

Slots = NDArray[np.uint64]  # (slots, 2): a key, and one more than its row; zeros where empty
EMPTY: Final = np.uint64(0)  # the key of (-1, -1), which is no pair
SPREAD: Final = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio: Fibonacci hashing, Knuth 6.4
FEWEST_BITS: Final = 8
SLICE: Final = 8_192  # slots that move to a larger table with every addition, at least


class PairTable(NamedTuple):
    """The arrays of an index, for kernels. A kernel takes them out once, for `look_up`; `find` is
    for a few pairs, because arrays that go through a tuple are counted with every call."""

    slots: Slots
    shift: int
    old_slots: Slots  # where pairs are looked up that are not in `slots` yet
    old_shift: int


@kernel
def look_up(
    slots: Slots, shift: int, old_slots: Slots, old_shift: int, left: int, right: int
) -> int:
    """The row of one pair; -1 where it was never added."""
    key = _key(left, right)
    row = int(slots[_place(slots, shift, key), 1]) - 1
    if row < 0 and len(old_slots) > 0:
        row = int(old_slots[_place(old_slots, old_shift, key), 1]) - 1
    return row


@kernel
def find(table: PairTable, left: int, right: int) -> int:
    """The row of one pair; -1 where it was never added."""
    return look_up(table.slots, table.shift, table.old_slots, table.old_shift, left, right)


class PairIndex:
    """Rows 0, 1, 2, … for pairs, in the order in which they were first added.

    A table that is full is replaced slice by slice, so that no addition waits for all pairs to
    move: until they have, pairs that are not in the new table are looked up in the old one.
    """

    def __init__(self, left: Rows | None = None, right: Rows | None = None) -> None:
        """An index of distinct pairs, in their order."""
        self._left = np.empty(0, np.int32) if left is None else left.astype(np.int32)
        self._right = np.empty(0, np.int32) if right is None else right.astype(np.int32)
        self._slots, self._shift = _empty(len(self._left))
        self._old_slots, self._old_shift = self._slots[:0], self._shift
        self._moved = 0  # slots of the old table whose pairs are in the new one, too
        row = np.empty_like(self._left)
        _, self._count = _add(
            *self.table, self._left, self._right, 0, self._left, self._right, 0, row
        )

    def __len__(self) -> int:
        return self._count

    @property
    def table(self) -> PairTable:
        """The arrays as they are now, for kernels; another addition may replace them."""
        return PairTable(self._slots, self._shift, self._old_slots, self._old_shift)

    @property
    def left(self) -> Rows:
        """The first of each row's pair."""
        return self._left[: self._count]

    @property
    def right(self) -> Rows:
        """The second of each row's pair."""
        return self._right[: self._count]

    def find(self, left: Rows, right: Rows) -> Rows:
        """The row of each pair, -1 where a pair was never added."""
        row = np.empty(len(right), np.int32)
        _find(*self.table, np.ascontiguousarray(left), np.ascontiguousarray(right), row)
        return row

    def add(self, left: Rows, right: Rows) -> Rows:
        """The row of each pair; a new pair gets the next row."""
        left, right = np.ascontiguousarray(left), np.ascontiguousarray(right)
        row, before, done = np.empty(len(right), np.int32), self._count, 0
        while True:
            done, self._count = _add(
                *self.table, self._left, self._right, self._count, left, right, done, row
            )
            if done == len(row):
                break
            self._make_room(self._count + 1)
        if len(self._old_slots):
            self._move(max(SLICE, 4 * (self._count - before)))
        return row

    def kept(self, rows: Rows, right: Rows | None = None) -> PairIndex:
        """Only these pairs, in rows of their own; `right` says what each right side is now."""
        moved = self.right[rows] if right is None else right[self.right[rows]]
        return PairIndex(self.left[rows], moved)

    def _make_room(self, pairs: int) -> None:
        """Room for so many pairs, or more."""
        self._left = with_room(self._left, max(pairs, 1 << FEWEST_BITS - 1), -1)
        self._right = with_room(self._right, len(self._left), -1)
        if 2 * pairs > len(self._slots):
            self._move(len(self._old_slots))
            self._old_slots, self._old_shift, self._moved = self._slots, self._shift, 0
            self._slots, self._shift = _empty(pairs)

    def _move(self, slots: int) -> None:
        """Move the pairs in the next slots of the old table."""
        start, self._moved = self._moved, min(self._moved + slots, len(self._old_slots))
        _move(self._slots, self._shift, self._old_slots, start, self._moved)
        if self._moved == len(self._old_slots):
            self._old_slots = self._slots[:0]


def _empty(pairs: int) -> tuple[Slots, int]:
    """A table that so many pairs fill by half or less, but by more than a quarter, and the shift
    that makes places of hashes; zeros take no memory until they are used."""
    bits = max(FEWEST_BITS, (2 * pairs).bit_length())
    return np.zeros((1 << bits, 2), np.uint64), 64 - bits


@kernel
def _key(left: int, right: int) -> np.uint64:
    """Both halves side by side in one number, inverted so that no pair is 0."""
    low, high = np.uint32(~np.int32(right)), np.uint32(~np.int32(left))
    return np.uint64(low) | np.uint64(high) << np.uint64(32)


@kernel
def _place(slots: Slots, shift: int, key: np.uint64) -> int:
    """The slot of a key, or the empty one where it belongs."""
    place = np.int64((key * SPREAD) >> np.uint64(shift))
    while slots[place, 0] != key and slots[place, 0] != EMPTY:
        place = (place + 1) & (len(slots) - 1)
    return int(place)


@kernel
def _find(
    slots: Slots, shift: int, old_slots: Slots, old_shift: int, left: Rows, right: Rows, row: Rows
) -> None:
    """Write the row of each pair."""
    for i in range(len(row)):
        row[i] = look_up(slots, shift, old_slots, old_shift, left[i], right[i])


@kernel
def _add(
    slots: Slots,
    shift: int,
    old_slots: Slots,
    old_shift: int,
    all_left: Rows,
    all_right: Rows,
    count: int,
    left: Rows,
    right: Rows,
    start: int,
    row: Rows,
) -> tuple[int, int]:
    """Write the row of each pair from `start` on, of new ones while there is room; where that
    ended, and how many pairs there are now."""
    room = min(len(all_left), len(slots) // 2)
    for i in range(start, len(row)):
        found = look_up(slots, shift, old_slots, old_shift, left[i], right[i])
        if found < 0:
            if count == room:
                return i, count
            found, count = count, count + 1
            all_left[found], all_right[found] = left[i], right[i]
            key = _key(left[i], right[i])
            place = _place(slots, shift, key)
            slots[place, 0], slots[place, 1] = key, count
        row[i] = found
    return len(row), count


@kernel
def _move(slots: Slots, shift: int, old_slots: Slots, start: int, end: int) -> None:
    """Place the pairs of some slots of the old table in the new one."""
    for old in range(start, end):
        key = old_slots[old, 0]
        if key != EMPTY:
            place = _place(slots, shift, key)
            slots[place, 0], slots[place, 1] = key, old_slots[old, 1]
