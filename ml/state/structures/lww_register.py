"""A last-writer-wins register of what can be undone (a like, a follow, a block) between pairs.

Each (pair, kind) is a last-writer-wins register (Shapiro et al., 2011): it keeps the latest event
and what it did, so the order in which events arrive changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows, Tiebreaks, Times
from ml.kernels import kernel
from ml.state.structures.changes import Changes
from ml.state.structures.event_order import NEVER, not_before
from ml.state.structures.growable import make_room
from ml.state.structures.pair_index import PairIndex

CODES: Final = 256  # actions are int8; -1, which is none, is the last
Code = TypeVar("Code", bound=int)


class LwwRegister:
    """For each (pair, kind): the latest event, and whether it turned this on.

    Each also keeps what its latest event weighs and, where `noted`, a number it came with.
    """

    ROOM: ClassVar[Mapping[str, float]] = {
        "at": NEVER,
        "tiebreak": 0,
        "is_on": False,
        "note": -1,
        "weight": 0,
    }

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
        self.weight = np.empty((0, len(kinds)), np.int32)  # in millionths, see `weights`
        self._kind_of = np.full(CODES, -1)
        self._turns_on = np.zeros(CODES, bool)
        for kind, action in enumerate(kinds):
            self._kind_of[action], self._turns_on[action] = kind, True
            for undo in (undo for undo, done in undoes.items() if done == action):
                self._kind_of[undo] = kind

    @property
    def used(self) -> int:
        """How many rows of the arrays are in use."""
        return len(self.index)

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
        weight: Rows,
        note: Rows | None = None,
    ) -> Changes:
        """Turn on and off; in which order the events are given does not matter."""
        row = self.index.add(left, right)
        make_room(self, len(self.index))
        cell = row.astype(np.int64) * len(self.kinds) + self._kind_of[action]
        order = np.lexsort((tiebreak, at, cell))
        if note is None:
            note = np.full(len(at), -1, np.int32)
        changed = np.empty(2 * len(at), np.int64)
        then, sign = np.empty_like(changed), np.empty(len(changed))
        noted, weighed = np.empty((2, len(changed)), np.int32)
        touched = np.empty(len(at), np.int32)
        come = order, cell, self._turns_on[action], at, tiebreak, note, weight
        written = changed, then, sign, noted, weighed, touched
        held = self.at.ravel(), self.tiebreak.ravel(), self.is_on.ravel()
        beside = self.note.ravel(), self.weight.ravel()
        arrays = *held, *beside, *come, *written
        changes, rows = _apply(*arrays, len(self.kinds))
        return Changes(
            row=(changed[:changes] // len(self.kinds)).astype(np.int32),
            kind=changed[:changes] % len(self.kinds),
            at=then[:changes],
            sign=sign[:changes],
            note=noted[:changes],
            weight=weighed[:changes],
            touched=touched[:rows],
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
            weight=self.weight[was],
            touched=np.unique(row),
        )
        self.at[row, kind], self.tiebreak[row, kind], self.is_on[row, kind] = NEVER, 0, False
        self.weight[row, kind] = 0
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
        self.note, self.weight = self.note[row], self.weight[row]

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
        at, tiebreak = np.empty(len(row), np.int64), np.empty(len(row), np.uint64)
        _newest(self.at, self.tiebreak, self.is_on, row, np.array(kinds), at, tiebreak)
        return at, tiebreak


@kernel
def _apply(
    at: Times,
    tiebreak: Tiebreaks,
    is_on: NDArray[np.bool_],
    note: Rows,
    weight: Rows,
    order: NDArray[np.int64],
    cell: NDArray[np.int64],
    turns_on: NDArray[np.bool_],
    now: Times,
    now_tiebreak: Tiebreaks,
    now_note: Rows,
    now_weight: Rows,
    changed: NDArray[np.int64],
    changed_at: Times,
    sign: NDArray[np.float64],
    changed_note: Rows,
    changed_weight: Rows,
    touched: Rows,
    kinds: int,
) -> tuple[int, int]:
    """Write the latest event of each cell, unless a later one is there, and what that changes; how
    many changes there are, and how many rows are touched. `order` is by cell, then by time."""
    changes = rows = 0
    for i in range(len(order)):
        this, where = order[i], cell[order[i]]
        if i + 1 < len(order) and cell[order[i + 1]] == where:
            continue
        if (now[this], now_tiebreak[this]) < (at[where], tiebreak[where]):
            continue
        if rows == 0 or touched[rows - 1] != where // kinds:
            touched[rows] = where // kinds
            rows += 1
        was_note = note[where] if len(note) > 0 else -1
        is_same = is_on[where] == turns_on[this] and at[where] == now[this]
        is_same &= was_note == now_note[this] and weight[where] == now_weight[this]
        if is_on[where] and not is_same:
            changed[changes], changed_at[changes], sign[changes] = where, at[where], -1.0
            changed_note[changes], changed_weight[changes] = was_note, weight[where]
            changes += 1
        if turns_on[this] and not is_same:
            changed[changes], changed_at[changes], sign[changes] = where, now[this], 1.0
            changed_note[changes], changed_weight[changes] = now_note[this], now_weight[this]
            changes += 1
        at[where], tiebreak[where], is_on[where] = now[this], now_tiebreak[this], turns_on[this]
        weight[where] = now_weight[this]
        if len(note) > 0:
            note[where] = now_note[this]
    return changes, rows


@kernel
def _newest(
    at: Times,
    tiebreak: Tiebreaks,
    is_on: NDArray[np.bool_],
    row: Rows,
    kinds: NDArray[np.int64],
    newest: Times,
    newest_tiebreak: Tiebreaks,
) -> None:
    """Write the latest of these kinds that is on, row by row; (NEVER, 0) where none is."""
    for i in range(len(row)):
        newest[i], newest_tiebreak[i] = NEVER, 0
        for kind in kinds:
            this, this_tiebreak = at[row[i], kind], tiebreak[row[i], kind]
            if is_on[row[i], kind] and (this, this_tiebreak) >= (newest[i], newest_tiebreak[i]):
                newest[i], newest_tiebreak[i] = this, this_tiebreak
