"""Who follows, mutes and blocks whom."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ml.log.events import Rows, Times
from ml.schema import Action
from ml.state.ragged import Ragged
from ml.state.toggles import Changes, Toggles


class Graph:
    """Directed relations between users; following can be walked in both directions."""

    def __init__(self, users: int = 0) -> None:
        self.relations = Toggles((Action.FOLLOW, Action.MUTE, Action.BLOCK))
        self._out = Ragged(users)  # rows of `relations` in which a user is the one who acts
        self._in = Ragged(users)
        self._listed = 0
        self.followers = np.zeros(users, np.int64)

    def grow(self, users: int) -> None:
        self._out.grow(users)
        self._in.grow(users)
        missing = users - len(self.followers)
        self.followers = np.concatenate([self.followers, np.zeros(max(missing, 0), np.int64)])

    def apply(self, action: NDArray[np.int8], user: Rows, target: Rows, at: Times) -> Changes:
        changes = self.relations.apply(action, user, target, at)
        index = self.relations.index
        new = np.arange(self._listed, len(index), dtype=np.int32)
        self._out.append(index.left[new], new)
        self._in.append(index.right[new], new)
        self._listed = len(index)
        follows = changes.kind == self.relations.column(Action.FOLLOW)
        followee = index.right[changes.row[follows]]
        np.add.at(self.followers, followee, changes.sign[follows].astype(np.int64))
        return changes

    def outgoing(self, user: Rows, newest: int | None = None) -> tuple[Rows, NDArray[np.int64]]:
        """The rows of `relations` in which the given users act, on or off, and for each the
        position in `user` it belongs to."""
        return self._out.gather(user, newest)

    def incoming(self, user: Rows, newest: int | None = None) -> tuple[Rows, NDArray[np.int64]]:
        """The same, in which they are acted upon."""
        return self._in.gather(user, newest)

    def followees(self, user: Rows, newest: int | None = None) -> tuple[Rows, NDArray[np.int64]]:
        """Whom the given users follow, and for each the position in `user` it belongs to."""
        row, owner = self.outgoing(user, newest)
        on = self._follows(row)
        return self.relations.index.right[row[on]], owner[on]

    def followers_of(self, user: Rows, newest: int | None = None) -> tuple[Rows, NDArray[np.int64]]:
        """Who follows the given users, and for each the position in `user` it belongs to."""
        row, owner = self.incoming(user, newest)
        on = self._follows(row)
        return self.relations.index.left[row[on]], owner[on]

    def follows(self, user: Rows, target: Rows) -> NDArray[np.bool_]:
        return self.relations.on(Action.FOLLOW, user, target)

    def hides(self, user: Rows, author: Rows) -> NDArray[np.bool_]:
        """Whether a block either way, or the user's own mute, keeps the author away."""
        own = self.relations.any((Action.MUTE, Action.BLOCK), user, author)
        return own | self.relations.on(Action.BLOCK, author, user)

    def _follows(self, row: Rows) -> NDArray[np.bool_]:
        on: NDArray[np.bool_] = ~np.isnan(
            self.relations.since[row, self.relations.column(Action.FOLLOW)]
        )
        return on
