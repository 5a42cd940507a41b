"""How much a person's evidence weighs: by how long they have been here, and how actively.

Popularity counts people. A thousand accounts of one day must not outweigh ten that have been here
for long, so what somebody sees, likes and complains of counts for a tweet and its author by their
seniority at then: the square of their age over `ESTABLISHED_DAYS`, times the share of `ACTIVE_DAYS`
on which they acted. Where everything is younger than that, its own age is the measure; where nobody
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
from ml.kernels import inline_kernel, kernel
from ml.state.structures.counters import Counts
from ml.state.structures.event_order import UNKNOWN_TIME
from ml.state.structures.growable import grow

ESTABLISHED_DAYS: Final = 21  # an account of two days weighs less than a hundredth
ACTIVE_DAYS: Final = 2
LEAST: Final = 0.0002  # five thousand of them weigh one
DAY_SECONDS: Final = 86_400
NOT_YET: Final = 2**35  # later than any time


class Seniority:
    """When each user was first met, and on how many days they acted."""

    def __init__(self, users: int = 0) -> None:
        self.first_at = np.full(users, NOT_YET, np.int64)
        self.latest_day = np.full(users, -1, np.int64)  # on which they acted
        self.days = np.zeros(users, np.int64)  # on which they acted, each once
        self.begun = NOT_YET  # the oldest time of all

    def grow(self, users: int) -> None:
        grow(self, "first_at", users, NOT_YET)
        grow(self, "latest_day", users, -1)
        grow(self, "days", users, 0)

    def join(self, created_at: Times) -> None:
        """Profiles say since when these people have been here."""
        known = created_at[created_at != UNKNOWN_TIME]
        self.begun = min(self.begun, int(known.min(initial=NOT_YET)))

    def forget(self, user: int) -> None:
        """Meet a user as for the first time."""
        self.first_at[user], self.latest_day[user], self.days[user] = NOT_YET, -1, 0

    def standing(self, now: int, joined: Times) -> Counts:
        """(users,) the weight of each as of now; 1 for whom nothing is known of.

        Args:
            now: unix seconds.
            joined: (users,) since when each has been here; UNKNOWN_TIME where no profile says.
        """
        return _standing(self.first_at, self.days, self.begun, joined, now)

    def weigh(
        self,
        user: Rows,
        at: Times,
        acts: NDArray[np.bool_],
        counts: NDArray[np.bool_],
        joined: Times,
    ) -> Counts:
        """Meet users, in this order; the weight of each of their events.

        Args:
            acts: which events are acts, rather than things shown to them.
            counts: which events count; the others weigh 1, and nobody is met by them.
            joined: (users,) since when each has been here; UNKNOWN_TIME where no profile says.
        """
        weight = np.ones(len(user))
        met = self.first_at, self.latest_day, self.days
        self.begun = int(_weigh(*met, self.begun, joined, user, at, acts, counts, weight))
        return weight


@kernel
def _weigh(
    first_at: Times,
    latest_day: NDArray[np.int64],
    days: NDArray[np.int64],
    begun: int,
    joined: Times,
    user: Rows,
    at: Times,
    acts: NDArray[np.bool_],
    counts: NDArray[np.bool_],
    weight: Counts,
) -> int:
    """Meet users and write what each of their events weighs; the oldest time of all. A day that
    comes after a later one is that later one."""
    for i in range(len(user)):
        if not counts[i]:
            continue
        this, met = user[i], min(max(at[i], 0), NOT_YET)
        begun = min(begun, at[i])
        first_at[this] = min(first_at[this], met)
        day = met // DAY_SECONDS
        if acts[i] and day > latest_day[this]:
            latest_day[this] = day
            days[this] += 1
        since = first_at[this] if joined[this] == UNKNOWN_TIME else joined[this]
        weight[i] = _weight(since, days[this], begun, at[i])
    return begun


@kernel
def _standing(
    first_at: Times, days: NDArray[np.int64], begun: int, joined: Times, now: int
) -> Counts:
    """What each user weighs as of now."""
    weight = np.ones(len(joined))
    for user in range(len(joined)):
        since = first_at[user] if joined[user] == UNKNOWN_TIME else joined[user]
        if since != NOT_YET:
            weight[user] = _weight(since, days[user], begun, now)
    return weight


@inline_kernel
def _weight(since: int, days: int, begun: int, now: int) -> float:
    """What a user weighs who has been here since then and acted on so many days."""
    active = min(now // DAY_SECONDS - begun // DAY_SECONDS, ACTIVE_DAYS)
    by_age = _share_of_age(now - since, now - begun)
    by_days = min((1 + days) / (1 + active), 1.0)
    return max(by_age * by_days, LEAST)


@inline_kernel
def _share_of_age(age: int, oldest: int) -> float:
    """The square of an age over that of an established account, or over the oldest age there is."""
    needed = min(oldest, ESTABLISHED_DAYS * DAY_SECONDS)
    return min(max(age / needed, 0.0), 1.0) ** 2 if needed > 0 else 1.0
