"""What can be done and undone: a like, a follow, a block. Each is on or off, once per pair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ml.log.events import Rows, Times
from ml.schema import UNDOES, Action
from ml.state.pair_index import PairIndex
from ml.state.room import with_room


@dataclass(frozen=True, slots=True)
class Changes:
    """What a batch of events really changed. `sign` is +1 for what went on, -1 for what went
    off; `at` is when it had gone on, so that undoing takes back exactly what doing added."""

    row: Rows
    kind: NDArray[np.intp]
    at: Times
    sign: NDArray[np.float64]


class Toggles:
    """For each (pair, kind): since when it is on, or not at all. Doing twice is doing once."""

    def __init__(self, kinds: tuple[Action, ...]) -> None:
        self.kinds: Final = kinds
        self.index = PairIndex()
        self.since = np.empty((0, len(kinds)))  # unix seconds; NaN where off
        self._kind_of = np.full(len(Action), -1)
        self._turns_on = np.zeros(len(Action), bool)
        for kind, action in enumerate(kinds):
            self._kind_of[action], self._turns_on[action] = kind, True
            for undo in (undo for undo, done in UNDOES.items() if done is action):
                self._kind_of[undo] = kind

    def covers(self, action: NDArray[np.int8]) -> NDArray[np.bool_]:
        """Which actions are about these toggles."""
        covered: NDArray[np.bool_] = self._kind_of[action] >= 0
        return covered

    def column(self, action: Action) -> int:
        return self.kinds.index(action)

    def apply(self, action: NDArray[np.int8], left: Rows, right: Rows, at: Times) -> Changes:
        """Turn on and off, in the order given."""
        row = self.index.add(left, right)
        self.since = with_room(self.since, len(self.index), np.nan)
        kind = self._kind_of[action]
        cell = row.astype(np.int64) * len(self.kinds) + kind
        order = np.argsort(cell, kind="stable")
        on = self._turns_on[action][order]
        cells, first, count = np.unique(cell[order], return_index=True, return_counts=True)

        was = self.since.ravel()[cells]  # a cell's past; what counts now is its last undoing
        place = np.arange(len(order))
        last_off = np.maximum.reduceat(np.where(on, -1, place), first)
        went_off = last_off >= 0
        first_on = np.where(went_off, last_off + 1, first)
        ends_on = first_on < first + count
        fresh = ends_on & (went_off | np.isnan(was))
        since = np.where(ends_on, was, np.nan)
        since[fresh] = at[order][first_on[fresh]]
        undone = went_off & ~np.isnan(was)
        self.since.ravel()[cells] = since

        changed = np.concatenate([cells[undone], cells[fresh]])
        return Changes(
            row=(changed // len(self.kinds)).astype(np.int32),
            kind=changed % len(self.kinds),
            at=np.concatenate([was[undone], since[fresh]]).astype(np.int64),
            sign=np.repeat([-1.0, 1.0], [int(undone.sum()), int(fresh.sum())]),
        )

    def on(self, action: Action, left: Rows, right: Rows) -> NDArray[np.bool_]:
        """Whether each pair has this on."""
        return self.any((action,), left, right)

    def any(self, actions: tuple[Action, ...], left: Rows, right: Rows) -> NDArray[np.bool_]:
        """Whether each pair has any of these on."""
        if not len(self.index):
            return np.zeros(len(left), bool)
        row = self.index.find(left, right)
        held = np.zeros(len(row), bool)
        for action in actions:
            held |= ~np.isnan(self.since[row, self.column(action)])
        return held & (row >= 0)
