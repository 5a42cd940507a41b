"""What did the viewer go on to engage with?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.actions import ENGAGEMENTS
from ml.arrays import Rows, Times
from ml.state.events import Events


@dataclass(frozen=True, slots=True)
class Relevant:
    """Pairs of visit and tweet."""

    visit: NDArray[np.int64]
    tweet: Rows

    @classmethod
    def of(cls, found: Sequence[Rows]) -> Relevant:
        """From the tweets of each visit."""
        counts = [len(tweets) for tweets in found]
        tweet = np.concatenate([*found, np.empty(0, np.int32)]).astype(np.int32)
        return cls(np.repeat(np.arange(len(found)), counts), tweet)


@dataclass(frozen=True, slots=True)
class Engagements:
    """Likes, retweets and replies, by user and then by time."""

    user: Rows
    at: Times
    tweet: Rows

    @classmethod
    def of(cls, events: Events) -> Engagements:
        some = events[np.isin(events.action, ENGAGEMENTS) & (events.tweet >= 0)]
        order = np.lexsort((some.at, some.user))
        return cls(some.user[order], some.at[order], some.tweet[order])

    def after(self, user: int, at: int) -> Rows:
        """What this user engages with from that moment on, each tweet once."""
        start, end = np.searchsorted(self.user, [user, user + 1])
        start += np.searchsorted(self.at[start:end], at)
        return np.unique(self.tweet[start:end])
