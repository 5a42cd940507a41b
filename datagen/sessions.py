"""Sessions: when users open the app, and how many tweets they look for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from datagen.arrivals import arrivals
from datagen.parameters import DAY, HOUR, Parameters
from datagen.users import Floats, Rows, Users

LENGTH: Final = 15.0
LONGEST: Final = 40
PAUSE: Final = HOUR  # nobody is back sooner
WARM_UP: Final = 6 * HOUR  # nothing is shown before some tweets exist


@dataclass(frozen=True, slots=True)
class Sessions:
    """One row per visit, in order of time."""

    user: Rows
    started: NDArray[np.int64]
    length: NDArray[np.int64]  # tweets that will be looked for

    def __len__(self) -> int:
        return len(self.user)

    def between(self, since: int, until: int) -> Sessions:
        low, high = np.searchsorted(self.started, [since, until])
        return Sessions(self.user[low:high], self.started[low:high], self.length[low:high])


def draw_sessions(parameters: Parameters, users: Users, rng: np.random.Generator) -> Sessions:
    """Draw all sessions of the log."""
    since = np.maximum(users.joined, parameters.start + WARM_UP)
    return visit(users.sessions_per_day, since, parameters.until, rng)


def visit(
    per_day: Floats, since: NDArray[np.int64], until: int, rng: np.random.Generator
) -> Sessions:
    """Draw the sessions of each user after `since`; a return within `PAUSE` is the same session."""
    visits = rng.poisson(per_day * np.maximum(until - since, 0) / DAY)
    user = np.repeat(np.arange(len(since), dtype=np.int32), visits)
    started = arrivals(rng, since[user], until - HOUR // 2)
    order = np.lexsort((started, user))
    user, started = user[order], started[order]
    rested = np.ones(len(user), np.bool_)
    rested[1:] = (np.diff(started) >= PAUSE) | (np.diff(user) > 0)
    user, started = user[rested], started[rested]
    order = np.argsort(started, kind="stable")
    length = np.clip(rng.poisson(LENGTH, len(user)), 3, LONGEST)
    return Sessions(user[order], started[order], length)
