"""Which row belongs to a pair: an open-addressing hash table over columns of keys."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows
from ml.kernels import kernel
from ml.state.structures.growable import with_room

Keys = NDArray[np.uint64]
EMPTY: Final = np.uint64(0)  # the key of (-1, -1), which is no pair
SPREAD: Final = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio: Fibonacci hashing, Knuth 6.4
FEWEST_BITS: Final = 10
SLICE: Final = 8_192  # pairs that move to a larger table with every addition, at least


class PairTable(NamedTuple):
    """The arrays of an index, for kernels; `find` reads them."""

    key: Keys
    next_row: Rows
    shift: int
    old_key: Keys
    old_next_row: Rows
    old_shift: int


@kernel
def find(table: PairTable, left: int, right: int) -> int:
    """The row of one pair; -1 where it was never added."""
    low, high = np.uint32(~np.int32(right)), np.uint32(~np.int32(left))
    key = np.uint64(low) | np.uint64(high) << np.uint64(32)
    row = _probe(table.key, table.next_row, table.shift, key)
    if row < 0 and len(table.old_key) > 0:
        row = _probe(table.old_key, table.old_next_row, table.old_shift, key)
    return row


@kernel
def _probe(keys: Keys, next_row: Rows, shift: int, key: np.uint64) -> int:
    """The row of a key in one table; -1 where it is not there."""
    place = np.int64((key * SPREAD) >> np.uint64(shift))
    while keys[place] != key:
        if keys[place] == EMPTY:
            return -1
        place = (place + 1) & (len(keys) - 1)
    return int(next_row[place]) - 1


class PairIndex:
    """Rows 0, 1, 2, … for pairs, in the order in which they were first added.

    A look-up of 500 pairs is a few passes over 500 numbers, however many pairs there are. A table
    that is full is replaced slice by slice, so that no addition waits for all pairs to move: until
    they have, pairs that are not in the new table are looked up in the old one.
    """

    def __init__(self, left: Rows | None = None, right: Rows | None = None) -> None:
        """An index of distinct pairs, in their order."""
        self._left = np.empty(0, np.int32) if left is None else left.astype(np.int32)
        self._right = np.empty(0, np.int32) if right is None else right.astype(np.int32)
        self._count = len(self._left)
        self._table, self._old = _Table(self._count), _Table(0)
        self._moved, self._last = 0, self._count  # rows between these are in the old table only
        self._move(self._count)

    def __len__(self) -> int:
        return self._count

    @property
    def table(self) -> PairTable:
        """The arrays as they are now, for kernels; another addition may replace them."""
        new, old = self._table, self._old
        return PairTable(
            new._key, new._next_row, int(new._shift), old._key, old._next_row, int(old._shift)
        )

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
        key = _pack(left, right)
        row = self._table.find(key)
        if self._moved < self._last:
            missing = np.flatnonzero(row < 0)
            row[missing] = self._old.find(key[missing])
        return row

    def add(self, left: Rows, right: Rows) -> Rows:
        """The row of each pair; a new pair gets the next row."""
        row = self.find(left, right)
        new = np.flatnonzero(row < 0)
        if new.size:
            key, first, which = np.unique(
                _pack(left[new], right[new]), return_index=True, return_inverse=True
            )
            by_arrival = np.argsort(first)
            arrived = new[first[by_arrival]]
            start, self._count = self._count, self._count + len(arrived)
            self._left = with_room(self._left, self._count, -1)
            self._right = with_room(self._right, self._count, -1)
            self._left[start : self._count] = left[arrived]
            self._right[start : self._count] = right[arrived]
            if not self._table.has_room(self._count):
                self._move(self._last - self._moved)
                self._old, self._table = self._table, _Table(self._count)
                self._moved, self._last = 0, start
            self._move(max(SLICE, 4 * len(arrived)))
            added = np.empty(len(key), np.int32)
            added[by_arrival] = np.arange(start, self._count, dtype=np.int32)
            self._table.place(key, added)
            row[new] = added[which]
        return row

    def kept(self, rows: Rows, right: Rows | None = None) -> PairIndex:
        """Only these pairs, in rows of their own; `right` says what each right side is now."""
        moved = self.right[rows] if right is None else right[self.right[rows]]
        return PairIndex(self.left[rows], moved)

    def _move(self, count: int) -> None:
        """Place the next `count` pairs that are in the old table only."""
        last = min(self._moved + count, self._last)
        for start in range(self._moved, last, SLICE):
            some = slice(start, min(start + SLICE, last))
            rows = np.arange(some.start, some.stop, dtype=np.int32)
            self._table.place(_pack(self._left[some], self._right[some]), rows)
        self._moved = last
        if last == self._last and len(self._old):
            self._old = _Table(0)


class _Table:
    """Keys and their rows: linear probing, at most a quarter full."""

    def __init__(self, pairs: int) -> None:
        """Room for as many pairs or more; zeros take no memory until they are used."""
        bits = max(FEWEST_BITS, int(pairs).bit_length() + 2)
        self._shift = np.uint64(64 - bits)
        self._mask = (1 << bits) - 1
        self._key = np.zeros(1 << bits, np.uint64)
        self._next_row = np.zeros(1 << bits, np.int32)  # one more than the row; 0 where empty

    def __len__(self) -> int:
        return len(self._key)

    def has_room(self, pairs: int) -> bool:
        """Whether at most a quarter would be full."""
        return 4 * pairs <= len(self)

    def find(self, key: Keys) -> Rows:
        """The row of each key; -1 where it is not here."""
        place = self._home(key)
        seen = self._key[place]
        pending = np.flatnonzero((seen != key) & (seen != EMPTY))
        while pending.size:
            step = (place[pending] + 1) & self._mask
            place[pending] = step
            seen = self._key[step]
            pending = pending[(seen != key[pending]) & (seen != EMPTY)]
        row: Rows = self._next_row[place] - np.int32(1)
        return row

    def place(self, key: Keys, row: Rows) -> None:
        """Put distinct new keys where they belong; of keys that want one place, the last wins."""
        place = self._home(key)
        pending = np.arange(len(key))
        while pending.size:
            spot = place[pending]
            free = self._key[spot] == EMPTY
            self._key[spot[free]] = key[pending[free]]
            placed = self._key[spot] == key[pending]
            self._next_row[spot[placed]] = row[pending[placed]] + np.int32(1)
            pending = pending[~placed]
            place[pending] = (place[pending] + 1) & self._mask

    def _home(self, key: Keys) -> NDArray[np.int64]:
        return ((key * SPREAD) >> self._shift).view(np.int64)


def _pack(left: Rows, right: Rows) -> Keys:
    """Both halves side by side in one number, inverted so that no pair is 0; which half is where
    does not matter."""
    halves = np.empty((len(right), 2), np.int32)
    np.invert(right, out=halves[:, 0], casting="unsafe")
    np.invert(left, out=halves[:, 1], casting="unsafe")
    return halves.view(np.uint64)[:, 0]
