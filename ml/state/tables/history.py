"""The latest tweets each user engaged with: a short list per user, the newest first."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows, Tiebreaks, Times
from ml.state.structures.event_order import NEVER, not_before
from ml.state.structures.growable import with_room

LENGTH: Final = 64  # tweets remembered per user


class History:
    """The newest `LENGTH` tweets that each user is engaged with, each once, the newest first."""

    def __init__(self, users: int = 0) -> None:
        self.tweet = np.full((users, LENGTH), -1, np.int32)
        self.at = np.full((users, LENGTH), NEVER)
        self.tiebreak = np.zeros((users, LENGTH), np.uint64)
        self.written = np.zeros(users, np.int64)  # engaged with in all, also beyond these

    def grow(self, users: int) -> None:
        self.tweet = with_room(self.tweet, users, -1)
        self.at = with_room(self.at, users, NEVER)
        self.tiebreak = with_room(self.tiebreak, users, 0)
        self.written = with_room(self.written, users, 0)

    def renumber(self, new: Rows) -> None:
        """Name tweets by their new rows; -1 for those that are gone."""
        self.tweet = np.where(self.tweet >= 0, new[self.tweet], -1).astype(np.int32)

    def update(self, user: Rows, tweet: Rows, at: Times, tiebreak: Tiebreaks) -> Rows:
        """Put each of these distinct pairs where its time says, or, where that is NEVER, take it
        out. Returns the users of whom something older may now belong in: `fill` them anew."""
        users, owner = np.unique(user, return_inverse=True)
        held, held_at, held_tiebreak = self.tweet[users], self.at[users], self.tiebreak[users]
        owned = np.broadcast_to(np.arange(len(users))[:, None], held.shape)
        there = held >= 0
        key, pair = _key(owned[there], held[there]), _key(owner, tweet)
        by_pair = np.argsort(pair)
        place = by_pair[np.minimum(np.searchsorted(pair, key, sorter=by_pair), len(pair) - 1)]
        again = pair[place] == key
        sinks = again & ~not_before(
            at[place], tiebreak[place], held_at[there], held_tiebreak[there]
        )
        full = there[:, -1]
        short = np.unique(owned[there][sinks])
        keep, some = ~again, at != NEVER
        self.fill(
            users,
            np.concatenate([owned[there][keep], owner[some]]),
            np.concatenate([held[there][keep], tweet[some]]),
            np.concatenate([held_at[there][keep], at[some]]),
            np.concatenate([held_tiebreak[there][keep], tiebreak[some]]),
        )
        refill: Rows = users[short[full[short]]]
        return refill

    def fill(
        self, users: Rows, owner: NDArray[np.intp], tweet: Rows, at: Times, tiebreak: Tiebreaks
    ) -> None:
        """Let these be all that the given users are engaged with; `owner` is whose, as a position
        in `users`."""
        order = np.lexsort((tiebreak, at, owner))[::-1]
        owner = owner[order]
        first = np.flatnonzero(np.diff(owner, prepend=-1))
        length = np.diff(first, append=len(owner))
        slot = np.arange(len(owner)) - np.repeat(first, length)
        kept = slot < LENGTH
        place = users[owner[kept]], slot[kept]
        self.tweet[users], self.at[users], self.tiebreak[users] = -1, NEVER, 0
        self.tweet[place] = tweet[order][kept]
        self.at[place] = at[order][kept]
        self.tiebreak[place] = tiebreak[order][kept]

    def of(self, user: Rows) -> tuple[Rows, Times, NDArray[np.bool_]]:
        """Tweets, times and which of them are there; each (users, LENGTH)."""
        tweet = self.tweet[user]
        return tweet, self.at[user], tweet >= 0


def _key(owner: NDArray[np.integer], tweet: Rows) -> NDArray[np.int64]:
    return owner.astype(np.int64) << 32 | tweet
