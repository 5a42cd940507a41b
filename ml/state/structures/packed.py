"""Lists of numbers, one per row, that are written and replaced as a whole."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows
from ml.state.structures.growable import grow

Numbers = NDArray[np.uint32]
Owners = NDArray[np.int64]


class Packed:
    """Lists behind one another in one array, without room between them.

    A list that is replaced leaves a hole, until the holes outweigh what is left.
    """

    def __init__(self, rows: int = 0) -> None:
        self.data = np.empty(0, np.uint32)
        self.start = np.zeros(rows, np.int64)
        self.length = np.zeros(rows, np.int32)
        self._used = 0

    def grow(self, rows: int) -> None:
        """Make room for at least so many lists."""
        grow(self, "start", rows, 0)
        grow(self, "length", rows, 0)

    def replace(self, row: Rows, value: Numbers, owner: Owners) -> None:
        """Let the lists of these distinct rows hold what is given.

        Args:
            row: (lists,) the rows that are written.
            value: (values,) the values of all lists.
            owner: (values,) the position in `row` of the list of each value, ascending.
        """
        count = np.bincount(owner, minlength=len(row))
        self.length[row] = 0
        if self._used + len(value) > len(self.data) and 2 * int(self.length.sum()) < self._used:
            self.keep(np.arange(len(self.length), dtype=np.int32))
        start, self._used = self._used, self._used + len(value)
        grow(self, "data", self._used, 0)
        self.data[start : self._used] = value
        self.start[row], self.length[row] = start + np.cumsum(count) - count, count

    def gather(self, row: Rows) -> tuple[Numbers, Owners]:
        """The values of these rows' lists, and for each the position in `row` it belongs to."""
        length = self.length[row]
        owner = np.repeat(np.arange(len(row)), length)
        first = self.start[row] - (np.cumsum(length) - length)
        return self.data[np.arange(len(owner)) + first[owner]], owner

    def keep(self, row: Rows) -> None:
        """Only the lists of these rows, from 0 on, without holes."""
        value, _ = self.gather(row)
        count = self.length[row]
        self.data, self._used = value, len(value)
        self.start, self.length = (np.cumsum(count) - count).astype(np.int64), count
