"""Viewers as they were when they joined, so that it is learned what to make of little."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from ml.actions import ENGAGEMENTS, ON_TWEETS, Action
from ml.arrays import Rows
from ml.state.events import Events
from ml.state.structures.event_order import NEVER
from ml.state.tables.users import Users

SHARE: Final = 0.2  # of the viewers who are asked about
KEPT: Final = (0, 0, 1, 3, 10)  # tweets that they had engaged with; a fifth of them each
TIED: Final = 0.5  # of them have a profile, and follow whom they follow
ABOUT_TWEETS: Final = (Action.IMPRESSION, *ON_TWEETS)

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Joiners:
    """Who joins late, and what each has done by then."""

    user: Rows
    kept: NDArray[np.int64]  # tweets that each had engaged with, at most
    is_tied: Mask

    @classmethod
    def drawn(cls, viewers: Rows, rng: np.random.Generator) -> Self:
        """Some of these viewers."""
        everybody = np.unique(viewers)
        user = rng.choice(everybody, int(len(everybody) * SHARE), replace=False)
        return cls(user, rng.choice(KEPT, len(user)), rng.random(len(user)) < TIED)

    def without_profiles(self, users: Users) -> Users:
        """A copy in which nothing is known of those who are not tied."""
        blank = deepcopy(users)
        for user in self.user[~self.is_tied].tolist():
            blank.erase(user, NEVER, 0)
        return blank

    def left_out(self, events: Events, rng: np.random.Generator) -> Mask:
        """(events,) what they have not done yet: of what they did about tweets, a part drawn by
        chance is left. What they wrote stays."""
        length = int(max(events.user.max(initial=0), self.user.max(initial=0))) + 1
        kept, joins, is_tied = np.zeros(length, int), np.zeros(length, bool), np.ones(length, bool)
        kept[self.user], joins[self.user], is_tied[self.user] = self.kept, True, self.is_tied
        theirs = (events.user >= 0) & joins[events.user]
        about = theirs & np.isin(events.action, ABOUT_TWEETS)
        goes: Mask = theirs & (events.action == Action.FOLLOW) & ~is_tied[events.user]
        goes[about] |= _places(events[about], rng) >= kept[events.user[about]]
        return goes


def _places(events: Events, rng: np.random.Generator) -> NDArray[np.int64]:
    """(events,) the number of the tweet of each event among those that its user engaged with, in
    an order drawn by chance, from 0; with what they did not engage with behind."""
    pair = events.user.astype(np.int64) << 32 | events.tweet
    distinct, which = np.unique(pair, return_inverse=True)
    engaged = np.zeros(len(distinct), bool)
    engaged[which[np.isin(events.action, ENGAGEMENTS)]] = True
    order = np.lexsort((rng.random(len(distinct)), ~engaged, distinct >> 32))
    user = distinct[order] >> 32
    first = np.searchsorted(user, user)
    place = np.empty(len(distinct), np.int64)
    place[order] = np.arange(len(order)) - first
    place[~engaged] = np.iinfo(np.int64).max
    places: NDArray[np.int64] = place[which]
    return places
