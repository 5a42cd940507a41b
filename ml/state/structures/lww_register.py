"""A last-writer-wins register of what can be undone (a like, a follow, a block) between pairs.

Each (pair, kind) is a last-writer-wins register (Shapiro et al., 2011): it keeps the latest event
and what it did, so the order in which events arrive changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows, Tiebreaks, Times
from ml.state.structures.event_order import NEVER, not_before
from ml.state.structures.growable import with_room
from ml.state.structures.pair_index import PairIndex

CODES: Final = 256  # actions are int8; -1, which is none, is the last
Code = TypeVar("Code", bound=int)


@dataclass(frozen=True, slots=True)
class Changes:
    """The cells that a batch of events changed. `sign` is +1 for what is on now, -1 for what was on
    before; `at` is since when, so that undoing takes back exactly what doing added."""

    row: Rows
    kind: NDArray[np.intp]
    at: Times
    sign: NDArray[np.float64]
    note: Rows
    touched: Rows  # every row that has a later last word than before

    def __getitem__(self, some: NDArray[np.bool_]) -> Changes:
        return Changes(
            self.row[some],
            self.kind[some],
            self.at[some],
            self.sign[some],
            self.note[some],
            self.touched,
        )


class LwwRegister:
    """For each (pair, kind): the latest event, and whether it turned this on.

    Where `noted`, each also keeps a number that its latest event came with.
    """

    def __init__(
        self, kinds: Sequence[int], undoes: Mapping[Code, int], noted: bool = False
    ) -> None:
        """
        Args:
            kinds: the codes of the actions that turn something on, one column each.
            undoes: for each code that turns something off, the code that it undoes; what undoes
                none of `kinds` is not for this register.
            noted: whether to keep a number beside each latest event.
        """
        self.kinds: Final = tuple(kinds)
        self.index = PairIndex()
        self.at = np.empty((0, len(kinds)), np.int64)  # NEVER where nothing happened
        self.tiebreak = np.empty((0, len(kinds)), np.uint64)
        self.is_on = np.empty((0, len(kinds)), bool)
        self.note = np.empty((0, len(kinds) if noted else 0), np.int32)
        self._kind_of = np.full(CODES, -1)
        self._turns_on = np.zeros(CODES, bool)
        for kind, action in enumerate(kinds):
            self._kind_of[action], self._turns_on[action] = kind, True
            for undo in (undo for undo, done in undoes.items() if done == action):
                self._kind_of[undo] = kind

    @property
    def since(self) -> NDArray[np.float64]:
        """(pairs, kinds) unix seconds since when each is on; NaN where off."""
        count = len(self.index)
        return np.where(self.is_on[:count], self.at[:count], np.nan)

    def covers(self, action: NDArray[np.int8]) -> NDArray[np.bool_]:
        """Which actions are about these toggles."""
        covered: NDArray[np.bool_] = self._kind_of[action] >= 0
        return covered

    def column(self, action: int) -> int:
        return self.kinds.index(action)

    def apply(
        self,
        action: NDArray[np.int8],
        left: Rows,
        right: Rows,
        at: Times,
        tiebreak: Tiebreaks,
        note: Rows | None = None,
    ) -> Changes:
        """Turn on and off; in which order the events are given does not matter."""
        row = self.index.add(left, right)
        self._grow(len(self.index))
        cell = row.astype(np.int64) * len(self.kinds) + self._kind_of[action]
        order = np.lexsort((tiebreak, at, cell))
        last = order[np.flatnonzero(np.diff(cell[order], append=-1))]  # the latest of each cell
        wins = not_before(
            at[last], tiebreak[last], self.at.ravel()[cell[last]], self.tiebreak.ravel()[cell[last]]
        )
        last = last[wins]
        cell = cell[last]
        was_on, was_at = self.is_on.ravel()[cell], self.at.ravel()[cell]
        on, now_at = self._turns_on[action[last]], at[last]
        was_note = now_note = np.full(len(cell), -1, np.int32)
        if note is not None:
            was_note, now_note = self.note.ravel()[cell], note[last]
            self.note.ravel()[cell] = now_note
        self.is_on.ravel()[cell], self.at.ravel()[cell] = on, now_at
        self.tiebreak.ravel()[cell] = tiebreak[last]

        moved = (was_on != on) | (was_at != now_at) | (was_note != now_note)
        off, on = was_on & moved, on & moved
        changed = np.concatenate([cell[off], cell[on]])
        return Changes(
            row=(changed // len(self.kinds)).astype(np.int32),
            kind=changed % len(self.kinds),
            at=np.concatenate([was_at[off], now_at[on]]),
            sign=np.repeat([-1.0, 1.0], [int(off.sum()), int(on.sum())]),
            note=np.concatenate([was_note[off], now_note[on]]),
            touched=np.unique(cell // len(self.kinds)).astype(np.int32),
        )

    def forget(self, row: Rows, at: int, tiebreak: int) -> Changes:
        """Take back all that happened to these pairs until then, as if it never was."""
        upto = np.array([at]), np.array([tiebreak], np.uint64)
        pair, kind = np.nonzero(not_before(*upto, self.at[row], self.tiebreak[row]))
        row, noted = row[pair], bool(self.note.shape[1])
        on = self.is_on[row, kind]
        was = row[on], kind[on]
        changes = Changes(
            row=row[on],
            kind=kind[on],
            at=self.at[was],
            sign=np.full(len(was[0]), -1.0),
            note=self.note[was] if noted else np.full(len(was[0]), -1, np.int32),
            touched=np.unique(row),
        )
        self.at[row, kind], self.tiebreak[row, kind], self.is_on[row, kind] = NEVER, 0, False
        if noted:
            self.note[row, kind] = -1
        return changes

    def stale(self, horizon: int, right: Rows) -> NDArray[np.bool_]:
        """Which pairs were last changed before `horizon`, or have no right side any more (-1)."""
        newest: Times = self.at[: len(self.index)].max(axis=1, initial=np.iinfo(np.int64).min)
        stale: NDArray[np.bool_] = (newest < horizon) | (right[self.index.right] < 0)
        return stale

    def keep(self, row: Rows, right: Rows) -> None:
        """Only these pairs, in rows of their own; `right` says what each right side is now."""
        self.index = self.index.kept(row, right)
        self.at, self.tiebreak, self.is_on = self.at[row], self.tiebreak[row], self.is_on[row]
        self.note = self.note[row]

    def on(self, action: int, left: Rows, right: Rows) -> NDArray[np.bool_]:
        """Whether each pair has this on."""
        return self.any((action,), left, right)

    def any(self, actions: tuple[int, ...], left: Rows, right: Rows) -> NDArray[np.bool_]:
        """Whether each pair has any of these on."""
        if not len(self.index):
            return np.zeros(len(left), bool)
        row = self.index.find(left, right)
        held = np.zeros(len(row), bool)
        for action in actions:
            held |= self.is_on[row, self.column(action)]
        return held & (row >= 0)

    def since_of(self, action: int, left: Rows, right: Rows) -> NDArray[np.float64]:
        """Since when each pair has this on, in unix seconds; NaN where it has not."""
        if not len(self.index):
            return np.full(len(left), np.nan)
        row, kind = self.index.find(left, right), self.column(action)
        return np.where((row >= 0) & self.is_on[row, kind], self.at[row, kind], np.nan)

    def newest(self, row: Rows, kinds: tuple[int, ...]) -> tuple[Times, Tiebreaks]:
        """The latest of these kinds that is on, row by row; (NEVER, 0) where none is."""
        at, tiebreak = np.full(len(row), NEVER), np.zeros(len(row), np.uint64)
        for kind in kinds:
            this_at, this_tiebreak = self.at[row, kind], self.tiebreak[row, kind]
            later = self.is_on[row, kind] & not_before(this_at, this_tiebreak, at, tiebreak)
            at, tiebreak = np.where(later, this_at, at), np.where(later, this_tiebreak, tiebreak)
        return at, tiebreak

    def _grow(self, rows: int) -> None:
        self.at = with_room(self.at, rows, NEVER)
        self.tiebreak = with_room(self.tiebreak, rows, 0)
        self.is_on = with_room(self.is_on, rows, False)
        self.note = with_room(self.note, rows, -1)
