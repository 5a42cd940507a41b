"""The latest tweets each user engaged with: a short list per user, the newest first."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows, Tiebreaks, Times
from ml.kernels import inline_kernel, kernel
from ml.state.structures.event_order import NEVER
from ml.state.structures.growable import grow

LENGTH: Final = 64  # tweets remembered per user


class History:
    """The newest `LENGTH` tweets that each user is engaged with, each once, the newest first."""

    def __init__(self, users: int = 0) -> None:
        self.tweet = np.full((users, LENGTH), -1, np.int32)
        self.at = np.full((users, LENGTH), NEVER)
        self.tiebreak = np.zeros((users, LENGTH), np.uint64)
        self.written = np.zeros(users, np.int64)  # engaged with in all, also beyond these

    def grow(self, users: int) -> None:
        grow(self, "tweet", users, -1)
        grow(self, "at", users, NEVER)
        grow(self, "tiebreak", users, 0)
        grow(self, "written", users, 0)

    def renumber(self, new: Rows) -> None:
        """Name tweets by their new rows; -1 for those that are gone."""
        self.tweet = np.where(self.tweet >= 0, new[self.tweet], -1).astype(np.int32)

    def update(self, user: Rows, tweet: Rows, at: Times, tiebreak: Tiebreaks) -> Rows:
        """Put each of these distinct pairs where its time says, or, where that is NEVER, take it
        out. Returns the users of whom something older may now belong in: `fill` them anew."""
        short = np.zeros(len(user), np.bool_)
        _update(self.tweet, self.at, self.tiebreak, user, tweet, at, tiebreak, short)
        refill: Rows = np.unique(user[short])
        return refill

    def fill(
        self, users: Rows, owner: NDArray[np.intp], tweet: Rows, at: Times, tiebreak: Tiebreaks
    ) -> None:
        """Let these be all that the given users are engaged with; `owner` is whose, as a position
        in `users`."""
        self.tweet[users], self.at[users], self.tiebreak[users] = -1, NEVER, 0
        self.update(users[owner], tweet, at, tiebreak)

    def of(self, user: Rows) -> tuple[Rows, Times, NDArray[np.bool_]]:
        """Tweets, times and which of them are there; each (users, LENGTH)."""
        tweet = self.tweet[user]
        return tweet, self.at[user], tweet >= 0


@kernel
def _update(
    all_tweets: NDArray[np.int32],
    all_times: NDArray[np.int64],
    all_tiebreaks: NDArray[np.uint64],
    user: Rows,
    tweet: Rows,
    at: Times,
    tiebreak: Tiebreaks,
    short: NDArray[np.bool_],
) -> None:
    """Take each tweet out of its user's list, and put it where its time says, if it has one. Where
    it stood higher, and the list was full, something older may belong in."""
    for i in range(len(user)):
        tweets, times, tiebreaks = all_tweets[user[i]], all_times[user[i]], all_tiebreaks[user[i]]
        place = 0  # of the tweet, or else of the last in the list
        while place < LENGTH - 1 and tweets[place] != tweet[i]:
            place += 1
        comes = at[i] != NEVER
        now, now_tiebreak = at[i], tiebreak[i] if comes else np.uint64(0)
        is_lower = (now, now_tiebreak) < (times[place], tiebreaks[place])
        if tweets[place] == tweet[i]:
            short[i] = is_lower and tweets[LENGTH - 1] >= 0
        elif is_lower or not comes:
            continue
        tweets[place] = tweet[i] if comes else -1
        times[place], tiebreaks[place] = now, now_tiebreak
        while place > 0 and _is_later(times, tiebreaks, place, place - 1):
            _swap(tweets, times, tiebreaks, place - 1)
            place -= 1
        while place < LENGTH - 1 and not _is_later(times, tiebreaks, place, place + 1):
            _swap(tweets, times, tiebreaks, place)
            place += 1


@inline_kernel
def _is_later(times: Times, tiebreaks: Tiebreaks, place: int, other: int) -> bool:
    """Whether what stands at one place is as late as what stands at another, or later."""
    return (times[place], tiebreaks[place]) >= (times[other], tiebreaks[other])


@inline_kernel
def _swap(tweets: Rows, times: Times, tiebreaks: Tiebreaks, place: int) -> None:
    """Swap what stands at a place with what follows it."""
    after = place + 1
    tweets[place], tweets[after] = tweets[after], tweets[place]
    times[place], times[after] = times[after], times[place]
    tiebreaks[place], tiebreaks[after] = tiebreaks[after], tiebreaks[place]
