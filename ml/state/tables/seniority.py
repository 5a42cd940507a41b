"""How much a person's evidence weighs: by how long they have been here, and how actively.

Popularity counts people. A thousand accounts of one day must not outweigh ten that have been here
for long, so what somebody sees and likes counts for a tweet and its author by their seniority at
then: the square of their age over `ESTABLISHED_DAYS`, times the share of `ACTIVE_DAYS` on
which they acted. Where everything is younger than that, its own age is the measure; where nobody
has a time, all weigh alike.

Weights are read in the order in which events come. Guaranteed: the same records in the same order
weigh the same, in batches of any size, over a snapshot, in serving and in a replay. Training reads
its tables in the order of time: there an event that arrived late, or with the time of its client,
weighs as if it had come in time, and in the live log as of when it came.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows, Times
from ml.state.structures.counters import Counts
from ml.state.structures.event_order import UNKNOWN_TIME
from ml.state.structures.growable import with_room

ESTABLISHED_DAYS: Final = 21  # an account of two days weighs less than a hundredth
ACTIVE_DAYS: Final = 2
LEAST: Final = 0.005  # a thousand of them weigh five
DAY_SECONDS: Final = 86_400
NOT_YET: Final = 2**35  # later than any time
SPAN: Final = 2**37  # of all times: keeps the users of one batch apart


class Seniority:
    """When each user was first met, and on how many days they acted."""

    def __init__(self, users: int = 0) -> None:
        self.first_at = np.full(users, NOT_YET, np.int64)
        self.latest_day = np.full(users, -1, np.int64)  # on which they acted
        self.days = np.zeros(users, np.int64)  # on which they acted, each once
        self.begun = NOT_YET  # the oldest time of all

    def grow(self, users: int) -> None:
        self.first_at = with_room(self.first_at, users, NOT_YET)
        self.latest_day = with_room(self.latest_day, users, -1)
        self.days = with_room(self.days, users, 0)

    def join(self, created_at: Times) -> None:
        """Profiles say since when these people have been here."""
        known = created_at[created_at != UNKNOWN_TIME]
        self.begun = min(self.begun, int(known.min(initial=NOT_YET)))

    def forget(self, user: int) -> None:
        """Meet a user as for the first time."""
        self.first_at[user], self.latest_day[user], self.days[user] = NOT_YET, -1, 0

    def weigh(self, user: Rows, at: Times, acts: NDArray[np.bool_], joined: Times) -> Counts:
        """Meet users, in this order; the weight of each of their events.

        Args:
            acts: which events are acts, rather than things shown to them.
            joined: since when each has been here; UNKNOWN_TIME where no profile says.
        """
        if not len(user):
            return np.empty(0)
        begun = np.minimum.accumulate(np.minimum(at, self.begun))
        self.begun = int(begun[-1])
        first, days = self._meet(user, np.clip(at, 0, NOT_YET), acts)
        age = at - np.where(joined == UNKNOWN_TIME, first, joined)
        needed = np.minimum(at - begun, ESTABLISHED_DAYS * DAY_SECONDS)
        by_age = np.clip(age / np.maximum(needed, 1), 0, 1) ** 2
        by_age[needed <= 0] = 1
        active = np.minimum(at // DAY_SECONDS - begun // DAY_SECONDS, ACTIVE_DAYS)
        by_days = np.minimum((1 + days) / (1 + active), 1)
        weight: Counts = np.maximum(by_age * by_days, LEAST)
        return weight

    def _meet(
        self, user: Rows, at: Times, acts: NDArray[np.bool_]
    ) -> tuple[Times, NDArray[np.int64]]:
        """(events,) when the user of each was first met, and on how many days they had acted, both
        up to and with that event; a day that comes after a later one is that later one."""
        order = np.argsort(user, kind="stable")
        who = user[order]
        begins = np.diff(who, prepend=-1) != 0
        start = np.flatnonzero(begins)
        apart = (np.cumsum(begins) - 1) * SPAN
        first = np.minimum.accumulate(np.minimum(at[order], self.first_at[who]) - apart) + apart
        day = np.where(acts[order], at[order] // DAY_SECONDS, -1)
        day = np.maximum.accumulate(np.maximum(day, self.latest_day[who]) + apart) - apart
        before = np.roll(day, 1)
        before[start] = self.latest_day[who[start]]
        new = (day > before).astype(np.int64)
        total = np.cumsum(new)
        since = np.repeat((total - new)[start], np.diff(start, append=len(who)))
        days = self.days[who] + total - since
        last = np.append(start[1:], len(who)) - 1
        self.first_at[who[last]], self.latest_day[who[last]] = first[last], day[last]
        self.days[who[last]] = days[last]
        back = np.empty_like(order)
        back[order] = np.arange(len(order))
        return first[back], days[back]
