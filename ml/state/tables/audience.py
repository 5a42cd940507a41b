"""Who may see each tweet: everybody, the followers of its author, or those that it mentions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ml.arrays import Rows, Tiebreaks, Times
from ml.schema import VISIBILITIES
from ml.state.structures.event_order import NEVER, not_before
from ml.state.structures.growable import GrowableColumns
from ml.state.structures.packed import Packed
from ml.state.tables.users import Users

PUBLIC, UNLISTED, FOLLOWERS, MENTIONED = range(4)
CODES: Final = {name: code for code, name in enumerate(VISIBILITIES)}


class Audience(GrowableColumns):
    """One row per tweet. The latest write that names a visibility decides, so that one which
    leaves it out does not publish a tweet; what none names is public."""

    FILL: ClassVar[Mapping[str, float]] = {"visibility": PUBLIC, "at": NEVER, "tiebreak": 0}

    def __init__(self) -> None:
        self.visibility: NDArray[np.int8] = np.empty(0, np.int8)
        self.at: Times = np.empty(0, np.int64)  # when it was written
        self.tiebreak: Tiebreaks = np.empty(0, np.uint64)
        self.mentions = Packed()  # users, sorted, where the visibility is MENTIONED

    def lengthen(self, rows: int) -> None:
        super().lengthen(rows)
        self.mentions.grow(rows)

    def put(
        self, frame: pl.DataFrame, row: Rows, at: Times, tiebreak: Tiebreaks, users: Users
    ) -> None:
        """Write what a table of tweets says, each unless something later is there; a tweet whose
        row is -1 has no audience.

        Args:
            frame: (writes,) with `visibility` and `mentions`, in the order in which they apply.
            row: (writes,) the tweet of each.
            at, tiebreak: (writes,) when each was written.
            users: among whom those that are mentioned find their rows, also new ones.
        """
        if frame["visibility"].null_count() == len(frame):
            return
        closed = frame.filter(pl.col("visibility") == VISIBILITIES[MENTIONED])["mentions"]
        users.admit(closed.explode().drop_nulls())
        named = np.flatnonzero(frame["visibility"].is_not_null().to_numpy() & (row >= 0))
        if not len(named):
            return
        last = named[len(named) - 1 - np.unique(row[named][::-1], return_index=True)[1]]
        tweet = row[last]
        wins = not_before(at[last], tiebreak[last], self.at[tweet], self.tiebreak[tweet])
        last, tweet = last[wins], tweet[wins]
        self.at[tweet], self.tiebreak[tweet] = at[last], tiebreak[last]
        visibility = frame["visibility"][last].replace_strict(CODES, return_dtype=pl.Int8)
        self.visibility[tweet] = visibility.to_numpy()
        some = np.flatnonzero(self.visibility[tweet] == MENTIONED)
        self.mentions.replace(tweet, *_mentioned(frame["mentions"][last], some, users))
        named_users = np.unique(self.mentions.gather(tweet)[0])
        for user in named_users[users.erased_at[named_users] != NEVER].tolist():
            self.forget(user, int(users.erased_at[user]), int(users.erased_tiebreak[user]))

    def mentioned(self, viewer: int, tweet: Rows) -> NDArray[np.bool_]:
        """Which of these tweets are for those that they mention, and mention the viewer."""
        mentioned = np.zeros(len(tweet), bool)
        user, owner = self.mentions.gather(tweet)
        mentioned[owner[user == viewer]] = viewer >= 0
        return mentioned

    def forget(self, user: int, at: int, tiebreak: int) -> None:
        """A user is mentioned in nothing that was written until then."""
        row = np.flatnonzero(self.mentions.length[: len(self.at)]).astype(np.int32)
        row = row[self.mentioned(user, row)]
        until = np.array([at]), np.array([tiebreak], np.uint64)
        row = row[not_before(*until, self.at[row], self.tiebreak[row])]
        value, owner = self.mentions.gather(row)
        self.mentions.replace(row, value[value != user], owner[value != user])

    def clear(self, row: Rows) -> None:
        """Forget whom these tweets mention: they are deleted."""
        none = np.empty(0, np.uint32)
        self.mentions.replace(row, none, none.astype(np.int64))

    def keep(self, row: Rows) -> None:
        """Only these tweets, from 0 on."""
        for name in self.FILL:
            setattr(self, name, getattr(self, name)[row])
        self.mentions.keep(row)


def _mentioned(
    mentions: pl.Series, some: NDArray[np.intp], users: Users
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """The users that `some` of these lists name, each once, sorted; and whose list it is."""
    lists = mentions.to_list()
    named = [
        (place, user)
        for place in some.tolist()
        for user in sorted({*users.ids.known(lists[place] or ()).tolist()})
    ]
    owner, user = zip(*named, strict=True) if named else ((), ())
    return np.array(user, np.uint32), np.array(owner, np.int64)
