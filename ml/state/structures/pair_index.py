"""Which row belongs to a pair: an open-addressing hash table over columns of keys."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows
from ml.state.structures.growable import with_room

Keys = NDArray[np.uint64]
EMPTY: Final = np.uint64(2**64 - 1)  # (-1, -1), which is no pair
SPREAD: Final = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio: Fibonacci hashing, Knuth 6.4


class PairIndex:
    """Rows 0, 1, 2, … for pairs, in the order in which they were first added.

    Linear probing, at most a quarter full; a look-up of 500 pairs is a few passes over 500
    numbers, however many pairs there are.
    """

    def __init__(self, left: Rows | None = None, right: Rows | None = None) -> None:
        """An index of pairs that all differ; their order is that of their rows."""
        self._left = np.empty(0, np.int32) if left is None else left.astype(np.int32)
        self._right = np.empty(0, np.int32) if right is None else right.astype(np.int32)
        self._count = len(self._left)
        self._rebuild()

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

    def find(self, left: Rows, right: Rows) -> Rows:
        """The row of each pair, -1 where a pair was never added."""
        key = _pack(left, right)
        place = self._home(key)
        seen = self._keys[place]
        pending = np.flatnonzero((seen != key) & (seen != EMPTY))
        while pending.size:
            step = (place[pending] + 1) & self._mask
            place[pending] = step
            seen = self._keys[step]
            pending = pending[(seen != key[pending]) & (seen != EMPTY)]
        return self._row[place]  # -1 in an empty place

    def add(self, left: Rows, right: Rows) -> Rows:
        """The row of each pair; a new pair gets the next row."""
        row = self.find(left, right)
        new = np.flatnonzero(row < 0)
        if new.size:
            key, first = np.unique(_pack(left[new], right[new]), return_index=True)
            by_arrival = np.argsort(first)
            arrived = new[first[by_arrival]]
            start, self._count = self._count, self._count + len(arrived)
            self._left = with_room(self._left, self._count, -1)
            self._right = with_room(self._right, self._count, -1)
            self._left[start : self._count] = left[arrived]
            self._right[start : self._count] = right[arrived]
            if 4 * len(self) > len(self._keys):
                self._rebuild()
            else:
                rows = np.arange(start, len(self), dtype=np.int32)
                self._place(key[by_arrival], rows)
            row[new] = self.find(left[new], right[new])
        return row

    def kept(self, rows: Rows, right: Rows | None = None) -> PairIndex:
        """Only these pairs, in rows of their own; `right` says what each right side is now."""
        moved = self.right[rows] if right is None else right[self.right[rows]]
        return PairIndex(self.left[rows], moved)

    def _rebuild(self) -> None:
        """Place all pairs anew, in a table with room for as many again."""
        self._allocate(bits=max(10, int(np.ceil(np.log2(len(self) or 1))) + 3))
        self._place(_pack(self.left, self.right), np.arange(len(self), dtype=np.int32))

    def _allocate(self, bits: int) -> None:
        self._shift = np.uint64(64 - bits)
        self._mask = (1 << bits) - 1
        self._keys = np.full(1 << bits, EMPTY)
        self._row = np.full(1 << bits, -1, np.int32)

    def _home(self, key: Keys) -> NDArray[np.int64]:
        return ((key * SPREAD) >> self._shift).view(np.int64)

    def _place(self, key: Keys, row: Rows) -> None:
        """Put distinct new keys where they belong; of keys that want one place, the last wins."""
        place = self._home(key)
        pending = np.arange(len(key))
        while pending.size:
            spot = place[pending]
            free = self._keys[spot] == EMPTY
            self._keys[spot[free]] = key[pending[free]]
            placed = self._keys[spot] == key[pending]
            self._row[spot[placed]] = row[pending[placed]]
            pending = pending[~placed]
            place[pending] = (place[pending] + 1) & self._mask


def _pack(left: Rows, right: Rows) -> Keys:
    """Both halves side by side in one number; which half is where does not matter."""
    halves = np.empty((len(right), 2), np.int32)
    halves[:, 0], halves[:, 1] = right, left
    return halves.view(np.uint64)[:, 0]
