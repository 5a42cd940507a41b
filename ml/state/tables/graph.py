"""Relations between users: follows, mutes, blocks, and authors of whom less is wanted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from ml.actions import UNDOES, Action
from ml.arrays import Rows
from ml.state.events import Events
from ml.state.structures.changes import Changes
from ml.state.structures.growable import GrowableColumns
from ml.state.structures.lww_register import LwwRegister
from ml.state.structures.ragged import Ragged
from ml.state.tables.weights import in_millionths

RELATIONS: Final = (Action.FOLLOW, Action.MUTE, Action.BLOCK, Action.NOT_INTERESTED)


class Graph(GrowableColumns):
    """Directed relations between users; following can be walked in both directions.

    Not being interested in a tweet is a relation to its author; it can only be renewed.
    """

    FILL: ClassVar[Mapping[str, float]] = {"followers": 0}

    def __init__(self, users: int = 0) -> None:
        self.relations = LwwRegister(
            RELATIONS, UNDOES, noted=True
        )  # by the tweet it came from, or -1
        self._out = Ragged(users)  # rows of `relations` in which a user is the one who acts
        self._in = Ragged(users)
        self._listed = 0
        self.version = 0  # how often anything here was changed
        self.followers = np.zeros(users, np.int64)

    @property
    def outgoing_lists(self) -> Ragged:
        """Each user's rows of `relations` in which they act, on or off."""
        return self._out

    @property
    def incoming_lists(self) -> Ragged:
        """Each user's rows of `relations` in which they are acted upon, on or off."""
        return self._in

    def grow(self, users: int) -> None:
        self._out.grow(users)
        self._in.grow(users)
        self.lengthen(users)

    def apply(self, events: Events) -> Changes:
        """Turn relations to the targets of events on and off, in any order."""
        changes = self.relations.apply(
            events.action,
            events.user,
            events.target,
            events.at,
            events.tiebreak,
            in_millionths(events.weight),
            events.tweet,
        )
        index = self.relations.index
        if len(index) > self._listed:
            new = np.arange(self._listed, len(index), dtype=np.int32)
            self._out.append(index.left[self._listed :], new)
            self._in.append(index.right[self._listed :], new)
            self._listed = len(index)
        self._count(changes)
        return changes

    def forget(self, user: int, at: int, tiebreak: int) -> Changes:
        """Take back every relation of a user until then, in both directions."""
        row = np.unique(np.concatenate([self._out.of(user), self._in.of(user)]))
        changes = self.relations.forget(row, at, tiebreak)
        self._count(changes)
        return changes

    def renumber_tweets(self, new: Rows) -> None:
        """Note tweets by their new rows; -1 for those that are gone."""
        note = self.relations.note
        self.relations.note = np.where(note >= 0, new[note], -1).astype(np.int32)

    def outgoing(self, user: Rows) -> tuple[Rows, NDArray[np.int64]]:
        """The rows of `relations` in which the given users act, on or off, and for each the
        position in `user` it belongs to."""
        return self._out.gather(user)

    def incoming(self, user: Rows) -> tuple[Rows, NDArray[np.int64]]:
        """The rows of `relations` in which the given users are acted upon, and for each the
        position in `user` it belongs to."""
        return self._in.gather(user)

    def followees(self, user: Rows, newest: int | None = None) -> tuple[Rows, NDArray[np.int64]]:
        """Whom the given users follow (at most the `newest` of each), and for each the position
        in `user` it belongs to."""
        row, owner = self._following(self._out, user, newest)
        return self.relations.index.right[row], owner

    def followers_of(self, user: Rows, newest: int | None = None) -> tuple[Rows, NDArray[np.int64]]:
        """Who follows the given users (at most the `newest` of each), and for each the position
        in `user` it belongs to."""
        row, owner = self._following(self._in, user, newest)
        return self.relations.index.left[row], owner

    def follows(self, user: Rows, target: Rows) -> NDArray[np.bool_]:
        return self.relations.on(Action.FOLLOW, user, target)

    def hides(self, user: Rows, author: Rows) -> NDArray[np.bool_]:
        """Whether a block either way, or the user's own mute, keeps the author away."""
        own = self.relations.any((Action.MUTE, Action.BLOCK), user, author)
        return own | self.relations.on(Action.BLOCK, author, user)

    def not_interested_since(self, user: Rows, author: Rows) -> NDArray[np.float64]:
        """When each user last wanted less of the author, in unix seconds; NaN where never."""
        return self.relations.since_of(Action.NOT_INTERESTED, user, author)

    def _following(
        self, lists: Ragged, user: Rows, newest: int | None
    ) -> tuple[Rows, NDArray[np.int64]]:
        row, owner = lists.gather(user)
        on = self.relations.is_on[row, self.relations.column(Action.FOLLOW)]
        row, owner = row[on], owner[on]
        if newest is None or len(owner) <= newest:
            return row, owner
        count = np.bincount(owner, minlength=len(user))
        if count.max() <= newest:
            return row, owner
        return self._newest(row, owner, count, newest)

    def _newest(
        self, row: Rows, owner: NDArray[np.int64], count: NDArray[np.int64], newest: int
    ) -> tuple[Rows, NDArray[np.int64]]:
        """Where there are too many, the latest by when they were followed."""
        column = self.relations.column(Action.FOLLOW)
        order = np.lexsort(
            (self.relations.tiebreak[row, column], self.relations.at[row, column], owner)
        )
        left = np.repeat(np.cumsum(count), count) - np.arange(len(row))  # to the end of the list
        kept = np.sort(order[left <= newest])
        return row[kept], owner[kept]

    def _count(self, changes: Changes) -> None:
        self.version += 1
        follows = changes.kind == self.relations.column(Action.FOLLOW)
        followee = self.relations.index.right[changes.row[follows]]
        np.add.at(self.followers, followee, changes.sign[follows].astype(np.int64))
