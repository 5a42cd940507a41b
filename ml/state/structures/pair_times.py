"""When did this last happen between two? Of each pair the newest time, and of each left side
the list of those it met."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows, Times
from ml.kernels import kernel
from ml.state.structures.event_order import NEVER
from ml.state.structures.growable import make_room
from ml.state.structures.pair_index import PairIndex
from ml.state.structures.ragged import Ragged


class PairTimes:
    """Pairs with the newest time that each was met; what is older changes nothing."""

    ROOM: ClassVar[Mapping[str, float]] = {"at": NEVER}

    def __init__(self, left: int = 0) -> None:
        self.index = PairIndex()
        self.at = np.empty(0, np.int64)
        self.lists = Ragged(left)  # rows of `index`, by their left side

    @property
    def used(self) -> int:
        """How many rows of the arrays are in use."""
        return len(self.index)

    def grow(self, left: int) -> None:
        self.lists.grow(left)

    def expect(self, left: Rows) -> None:
        """Make room for a pair of each of these left sides, where there are no pairs yet."""
        self.index.expect(len(left))
        self.lists.expect(left)

    def add(self, left: Rows, right: Rows, at: Times) -> None:
        """These pairs met then."""
        row = self._meet(left, right)
        np.maximum.at(self.at, row, at)

    def of(self, left: int, since: int = NEVER) -> Rows:
        """Whom one left side met at `since` or later, by row."""
        row = self.lists.of(left)
        return np.sort(_met_since(row, self.index.right, self.at, max(since, NEVER + 1)))

    def forget(self, left: int, upto: int) -> None:
        """Forget when one left side met anybody until then."""
        row = self.lists.of(left)
        self.at[row[self.at[row] <= upto]] = NEVER

    def stale(self, horizon: int, right: Rows) -> NDArray[np.bool_]:
        """Which pairs last met before `horizon`, or have no right side any more (-1)."""
        stale: NDArray[np.bool_] = self.at[: len(self.index)] < horizon
        return stale | (right[self.index.right] < 0)

    def keep(self, row: Rows, right: Rows) -> None:
        """Only these pairs, in rows of their own; `right` says what each right side is now."""
        self._take(row, right)

    def drop(self, before: int) -> None:
        """Drop the pairs that last met before then."""
        row = np.flatnonzero(self.at[: len(self.index)] >= before).astype(np.int32)
        if len(row) < len(self.index):
            self._take(row)

    def _meet(self, left: Rows, right: Rows) -> Rows:
        """The row of each pair, listed by its left side."""
        start = len(self.index)
        row = self.index.add(left, right)
        if len(self.index) > start:
            make_room(self, len(self.index))
            new = np.arange(start, len(self.index), dtype=np.int32)
            self.lists.append(self.index.left[start:], new)
        return row

    def _take(self, row: Rows, right: Rows | None = None) -> None:
        self.index, self.at = self.index.kept(row, right), self.at[row]
        self.lists.refill(self.index.left, np.arange(len(row), dtype=np.int32))


class Forgetful(PairTimes):
    """Keeps nothing, where nobody will ask: as of the replays from which features are read."""

    def expect(self, left: Rows) -> None:
        """Nothing will be kept."""

    def add(self, left: Rows, right: Rows, at: Times) -> None:
        """These pairs met then, which is forgotten at once."""


@kernel
def _met_since(row: Rows, right: Rows, at: Times, since: int) -> Rows:
    """The right sides of pairs that met at `since` or later."""
    met, count = np.empty(len(row), np.int32), 0
    for pair in row:
        if at[pair] >= since:
            met[count] = right[pair]
            count += 1
    return met[:count]
