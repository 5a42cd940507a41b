"""Which tweets each user likes, retweets, replies to or complains of, and the latest of them."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ml.actions import ENGAGEMENTS, ONCE_PER_TWEET, UNDOES
from ml.arrays import Rows
from ml.kernels import kernel
from ml.state.events import Events
from ml.state.structures.changes import Changes
from ml.state.structures.event_order import NEVER
from ml.state.structures.lww_register import LwwRegister
from ml.state.structures.pair_index import PairIndex
from ml.state.structures.ragged import Ragged
from ml.state.tables.engagers import Engagers
from ml.state.tables.history import History
from ml.state.tables.tweets import Tweets
from ml.state.tables.weights import in_millionths

ENGAGEMENT_KINDS: Final = tuple(ONCE_PER_TWEET.index(action) for action in ENGAGEMENTS)


class Engagements:
    """The register of (viewer, tweet), its rows by viewer and by tweet, and the histories made of
    it."""

    def __init__(self, users: int, tweets: int) -> None:
        self.register = LwwRegister(ONCE_PER_TWEET, UNDOES)
        self.lists = Ragged(users)  # each viewer's rows of `register`
        self.history = History(users)
        self.engagers = Engagers(tweets)

    def grow(self, users: int, tweets: int) -> None:
        self.lists.grow(users)
        self.history.grow(users)
        self.engagers.grow(tweets)

    def of(self, viewer: int) -> Rows:
        """The tweets with anything on, by row."""
        register = self.register
        return np.sort(_engaged(self.lists.of(viewer), register.index.right, register.is_on))

    def about(self, tweet: Rows) -> Rows:
        """The rows of the register that hold an engagement with some tweets, on or off."""
        return np.sort(self.engagers.lists.gather(tweet)[0])

    def apply(self, events: Events) -> Changes:
        """Turn on and off; the histories are brought up to date by `refresh`."""
        listed = len(self.register.index)
        changes = self.register.apply(
            events.action,
            events.user,
            events.tweet,
            events.at,
            events.tiebreak,
            in_millionths(events.weight),
        )
        if len(self.register.index) > listed:
            new = np.arange(listed, len(self.register.index), dtype=np.int32)
            self.lists.append(self.register.index.left[listed:], new)
        row = changes.touched[self._ever_engaged(changes.touched)]
        self.engagers.add(row, self.register.index.right[row])
        self.engagers.change(self.register.index.right[changes.touched])
        return changes

    def forget(self, user: int, at: int, tiebreak: int) -> Changes:
        """Take back all that a user did until then."""
        changes = self.register.forget(self.lists.of(user), at, tiebreak)
        row = changes.touched[~self._ever_engaged(changes.touched)]
        self.engagers.remove(row, self.register.index.right[row])
        self.engagers.change(self.register.index.right[changes.touched])
        return changes

    def refresh(self, row: Rows, tweets: Tweets) -> None:
        """Bring the histories up to date with these rows of the register."""
        if not len(row):
            return
        index = self.register.index
        user, tweet = index.left[row], index.right[row]
        at, tiebreak = self.register.newest(row, ENGAGEMENT_KINDS)
        at[tweets.deleted[tweet]] = NEVER
        short = self.history.update(user, tweet, at, tiebreak)
        if len(short):
            row, owner = self.lists.gather(short)
            at, tiebreak = self.register.newest(row, ENGAGEMENT_KINDS)
            there = (at != NEVER) & ~tweets.deleted[index.right[row]]
            self.history.fill(
                short, owner[there], index.right[row[there]], at[there], tiebreak[there]
            )

    def count_written(self, changes: Changes) -> None:
        """Count the tweets that each user is engaged with, and who is engaged with each tweet; a
        complaint is no engagement."""
        _count_written(
            self.history.written,
            self.engagers.count,
            self.register.is_on,
            self.register.index.left,
            self.register.index.right,
            changes.row,
            changes.kind,
            changes.sign,
        )

    @property
    def index(self) -> PairIndex:
        """The pairs of (viewer, tweet)."""
        return self.register.index

    def stale(self, horizon: int, new: Rows) -> NDArray[np.bool_]:
        """Which pairs were last changed before `horizon`, or are of a tweet that goes (-1)."""
        return self.register.stale(horizon, new)

    def keep(self, row: Rows, new: Rows) -> None:
        """Keep these rows of the register; `new` is the row of each tweet after that."""
        self.register.keep(row, new)
        self.lists.refill(self.register.index.left, np.arange(len(row), dtype=np.int32))
        self.list_engagers()

    def list_engagers(self) -> None:
        """Look up anew who engages with each tweet."""
        index = self.register.index
        row = np.arange(len(index), dtype=np.int32)
        newest, _ = self.register.newest(row, ENGAGEMENT_KINDS)
        self.engagers.refill(index.right, self._ever_engaged(row), newest != NEVER)

    def _ever_engaged(self, row: Rows) -> NDArray[np.bool_]:
        """Which rows of the register hold an engagement, on or off."""
        ever: NDArray[np.bool_] = (self.register.at[row][:, ENGAGEMENT_KINDS] != NEVER).any(axis=1)
        return ever


@kernel
def _engaged(row: Rows, tweet: Rows, is_on: NDArray[np.bool_]) -> Rows:
    """The tweets of these rows of the register with anything on."""
    engaged, count = np.empty(len(row), np.int32), 0
    for pair in row:
        engaged[count] = tweet[pair]
        for kind in range(is_on.shape[1]):
            if is_on[pair, kind]:
                count += 1
                break
    return engaged[:count]


@kernel
def _count_written(
    written: NDArray[np.int64],
    engagers: NDArray[np.int64],
    is_on: NDArray[np.bool_],
    user: Rows,
    tweet: Rows,
    row: Rows,
    kind: NDArray[np.int64],
    sign: NDArray[np.float64],
) -> None:
    """Count the rows that became engaged, and take back those that no longer are."""
    i = 0
    while i < len(row):
        this, after = row[i], 0
        for engaging in ENGAGEMENT_KINDS:
            after += int(is_on[this, engaging])
        before = after
        while i < len(row) and row[i] == this:
            if kind[i] in ENGAGEMENT_KINDS:
                before -= int(sign[i])
            i += 1
        change = int(after > 0) - int(before > 0)
        written[user[this]] += change
        engagers[tweet[this]] += change
