"""Visits that the listwise stage learns from: who asked, when, and what they chose afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ml.actions import ENGAGEMENTS
from ml.arrays import Rows, Times
from ml.state.events import Events

ENGAGED: Final = 600  # visits at a random engagement, at most
FIRST: Final = 500  # first visits of as many viewers, at most


@dataclass(frozen=True, slots=True)
class Visits:
    """In the order of time."""

    user: Rows
    at: Times

    def __len__(self) -> int:
        return len(self.at)


@dataclass(frozen=True, slots=True)
class Choices:
    """Likes, retweets, replies, by user and then by time."""

    user: Rows
    at: Times
    tweet: Rows

    @classmethod
    def of(cls, events: Events) -> Choices:
        some = events[np.isin(events.action, ENGAGEMENTS) & (events.tweet >= 0)]
        order = np.lexsort((some.at, some.user))
        return cls(some.user[order], some.at[order], some.tweet[order])

    def after(self, user: int, at: int) -> Rows:
        """What a user chose from a moment on, each tweet once."""
        start, end = np.searchsorted(self.user, [user, user + 1])
        start += np.searchsorted(self.at[start:end], at)
        return np.unique(self.tweet[start:end])


def of_part(part: Events, rng: np.random.Generator) -> Visits:
    """Random engagements of a part of the log, and the first visits of random viewers in it."""
    engaged = part[np.isin(part.action, ENGAGEMENTS) & (part.tweet >= 0)]
    some = rng.choice(len(engaged), min(ENGAGED, len(engaged)), replace=False)
    user, first = np.unique(engaged.user, return_index=True)
    who = rng.choice(len(user), min(FIRST, len(user)), replace=False)
    users = np.concatenate([engaged.user[some], user[who]])
    at = np.concatenate([engaged.at[some], engaged.at[first[who]]])
    order = np.lexsort((users, at))
    return Visits(users[order].astype(np.int32), at[order])


def at_once(part: Events, now: int, rng: np.random.Generator) -> Visits:
    """One visit of each of some viewers who chose something in a part of a log without times."""
    user = np.unique(part.user[np.isin(part.action, ENGAGEMENTS) & (part.tweet >= 0)])
    some = np.sort(rng.choice(user, min(ENGAGED + FIRST, len(user)), replace=False))
    return Visits(some.astype(np.int32), np.full(len(some), now, np.int64))
