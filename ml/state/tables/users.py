"""Users: the facts about them that no action changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ml.arrays import Rows, Tiebreaks, Times
from ml.kernels import kernel
from ml.state.structures.event_order import NEVER, UNKNOWN_TIME, not_before, stated
from ml.state.structures.growable import GrowableColumns
from ml.state.structures.tokens import Tokens, table
from ml.state.structures.vocabulary import Vocabulary

INTERESTS: Final = 8  # kept per user


class Users(GrowableColumns):
    """One row per user, wherever they are known from: a table, a profile, or something they did."""

    FILL: ClassVar[Mapping[str, float]] = {
        "created_at": UNKNOWN_TIME,
        "stated_at": UNKNOWN_TIME,
        "interests": 0,
        "sensitive_ok": False,
        "put_at": NEVER,
        "put_tiebreak": 0,
        "erased_at": NEVER,
        "erased_tiebreak": 0,
    }

    def __init__(self, ids: Iterable[str] = ()) -> None:
        self.version = 0  # how often anything here was changed
        self.ids = Vocabulary()
        self.name: list[str | None] = []
        self.created_at: Times = np.empty(0, np.int64)  # UNKNOWN_TIME where nobody says
        self.stated_at: Times = np.empty(0, np.int64)  # `created_at` as given, in microseconds
        self.interests: Tokens = np.empty((0, INTERESTS), np.uint32)
        self.sensitive_ok: NDArray[np.bool_] = np.empty(0, bool)
        self.put_at: Times = np.empty(0, np.int64)  # when the profile was written
        self.put_tiebreak: Tiebreaks = np.empty(0, np.uint64)
        self.erased_at: Times = np.empty(0, np.int64)  # what they did until then is no more
        self.erased_tiebreak: Tiebreaks = np.empty(0, np.uint64)
        self.admit(ids)

    def __len__(self) -> int:
        return len(self.name)

    @classmethod
    def of(cls, frame: pl.DataFrame) -> Users:
        """The rows of a table."""
        users = cls(frame["user_id"].cast(pl.String).to_list())
        users._write(frame, np.arange(len(frame)), np.arange(len(frame), dtype=np.int32))
        return users

    def admit(self, ids: Iterable[str]) -> Rows:
        """The row of each id; a new user gets an empty row."""
        ids = list(ids)
        row = self.ids.known(ids)
        if not (row < 0).any():
            return row
        self.ids.add(ids)
        self.version += 1
        self.name += [None] * (len(self.ids) - len(self.name))
        self.lengthen(len(self.ids))
        return self.ids.known(ids)

    def put(self, frame: pl.DataFrame, at: Times, tiebreak: Tiebreaks) -> Rows:
        """Write whole profiles, each unless a later one is there; the rows that changed."""
        row = self.admit(frame["user_id"])
        order = np.lexsort((tiebreak, at, row))
        last = order[np.flatnonzero(np.diff(row[order], append=-1))]
        wins = not_before(
            at[last], tiebreak[last], self.put_at[row[last]], self.put_tiebreak[row[last]]
        )
        wins &= not_before(
            at[last], tiebreak[last], self.erased_at[row[last]], self.erased_tiebreak[row[last]]
        )
        last = last[wins]
        self.put_at[row[last]], self.put_tiebreak[row[last]] = at[last], tiebreak[last]
        self._write(frame, last, row[last])
        return row[last]

    def erase(self, row: int, at: int, tiebreak: int) -> None:
        """Forget what was known of a user until then."""
        self.version += 1
        if (self.erased_at[row], self.erased_tiebreak[row]) < (at, tiebreak):
            self.erased_at[row], self.erased_tiebreak[row] = at, tiebreak
        if (self.put_at[row], self.put_tiebreak[row]) <= (at, tiebreak):
            self.name[row] = None
            for name in ("created_at", "stated_at", "interests", "sensitive_ok"):
                getattr(self, name)[row] = self.FILL[name]
            self.put_at[row], self.put_tiebreak[row] = NEVER, 0

    def erased(self, row: Rows, at: Times, tiebreak: Tiebreaks) -> NDArray[np.bool_]:
        """Whether an action of each user at that time has been erased since."""
        erased = np.empty(len(row), np.bool_)
        _erased(self.erased_at, self.erased_tiebreak, row, at, tiebreak, erased)
        return erased

    @property
    def gone(self) -> NDArray[np.bool_]:
        """(users,) who was erased, and has no profile since."""
        gone: NDArray[np.bool_] = (self.erased_at != NEVER) & (self.put_at == NEVER)
        return gone

    def _write(self, frame: pl.DataFrame, place: NDArray[np.intp], row: Rows) -> None:
        self.version += 1
        frame = frame[place]
        self.created_at[row] = frame["created_at"].fill_null(UNKNOWN_TIME).to_numpy()
        self.stated_at[row] = stated(frame)
        self.interests[row] = table(frame["interests"], INTERESTS)
        self.sensitive_ok[row] = frame["sensitive_ok"].fill_null(False).to_numpy()
        for who, name in zip(row.tolist(), frame["name"], strict=True):
            self.name[who] = name


@kernel
def _erased(
    erased_at: Times,
    erased_tiebreak: Tiebreaks,
    row: Rows,
    at: Times,
    tiebreak: Tiebreaks,
    erased: NDArray[np.bool_],
) -> None:
    """Write which actions are no later than what their users had erased."""
    for i in range(len(row)):
        until = erased_at[row[i]] if row[i] >= 0 else NEVER
        erased[i] = until != NEVER and (until, erased_tiebreak[row[i]]) >= (at[i], tiebreak[i])
