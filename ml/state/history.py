"""What each user engaged with last: a ring per user."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ml.log.events import Rows, Times
from ml.state.room import with_room

LENGTH: Final = 64  # tweets remembered per user


class History:
    """The newest `LENGTH` tweets that each user engaged with, in no particular order."""

    def __init__(self, users: int = 0) -> None:
        self.tweet = np.full((users, LENGTH), -1, np.int32)
        self.at = np.zeros((users, LENGTH), np.int64)
        self.written = np.zeros(users, np.int64)

    def grow(self, users: int) -> None:
        self.tweet = with_room(self.tweet, users, -1)
        self.at = with_room(self.at, users, 0)
        self.written = with_room(self.written, users, 0)

    def append(self, user: Rows, tweet: Rows, at: Times) -> None:
        """Remember engagements, in the order given; the oldest are forgotten."""
        order = np.argsort(user, kind="stable")
        users, first, count = np.unique(user[order], return_index=True, return_counts=True)
        within = np.arange(len(user)) - np.repeat(first, count)
        kept = within >= np.repeat(count, count) - LENGTH
        slot = (self.written[user[order]] + within) % LENGTH
        where = user[order][kept], slot[kept]
        self.tweet[where], self.at[where] = tweet[order][kept], at[order][kept]
        self.written[users] += count

    def forget(self, user: Rows, tweet: Rows) -> None:
        """Take back engagements that were undone."""
        held = self.tweet[user] == tweet[:, None]  # (pairs, LENGTH)
        pair, slot = np.nonzero(held)
        self.tweet[user[pair], slot] = -1

    def of(self, user: Rows) -> tuple[Rows, Times, NDArray[np.bool_]]:
        """Tweets, times and which of them are there; each (users, LENGTH)."""
        tweet = self.tweet[user]
        return tweet, self.at[user], tweet >= 0
