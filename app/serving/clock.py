"""The clock of the service: the wall's, the world's, or one that stands still."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from typing import Final, Literal

import numpy as np

from ml.dataset.future_times import AHEAD_SECONDS as AHEAD_SECONDS
from ml.state.feature_state import FeatureState
from ml.state.structures.event_order import UNKNOWN_TIME

Mode = Literal["wall", "world", "frozen"]
MICROS: Final = 1_000_000


def not_shifted() -> int:
    """The shift of a clock that shows true times."""
    return 0


@dataclass(frozen=True, slots=True)
class Clock:
    """Unix seconds. `tick` is the true time, which the log keeps; `now` is that moved by `shift`,
    and so are all times in the state: the state's own view of when it is."""

    mode: Mode
    tick: Callable[[], float]
    shift: Callable[[], int] = not_shifted  # whole seconds, never above 0

    def now(self) -> int:
        return int(self.tick() + self.shift())

    def precisely(self) -> float:
        """Unix seconds, with their fraction."""
        return self.tick() + self.shift()

    def true_micros(self) -> int:
        """The true time, in microseconds."""
        return int(self.tick() * MICROS)

    @classmethod
    def of(cls, setting: str, state: FeatureState, wall: Callable[[], float]) -> Clock:
        """The clock that a setting names, for a state whose times are moved by `state.shift`."""
        if setting in ("auto", "wall"):
            return cls("world" if state.shift else "wall", wall, lambda: state.shift)
        instant = datetime.fromisoformat(setting)
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=UTC)
        return cls("frozen", instant.timestamp)


def shift_for(
    setting: str, state: FeatureState, wall: float, max_age_hours: float, is_live: bool
) -> int:
    """By how many seconds, 0 or less, the times of what happens from now on are moved.

    `auto` is the wall clock while the newest event is within the window. A dump of last month, or
    a synthetic world, is instead served as of its own end: world time starts at its newest event,
    and from then on keeps its distance from the wall clock. Events further ahead than
    AHEAD_SECONDS do not count.

    Args:
        setting: `auto`, `wall`, or an instant.
        wall: the wall clock, in unix seconds.
        is_live: whether events were recorded by the wall clock, which then stays in use.
    """
    if setting == "wall":
        return 0
    if setting != "auto":
        return state.shift
    now = wall + state.shift
    newest = _newest(state, now)
    if now - newest <= max_age_hours * 3600 or (is_live and not state.shift):
        return state.shift
    return min(ceil(newest - wall), 0)


def _newest(state: FeatureState, now: float) -> float:
    """The newest time that is not too far ahead; now, where all are. A world without times is as
    of 1970."""
    times = np.append(state.tweets.created_at, state.newest)
    times = times[times > UNKNOWN_TIME]
    behind = times[times <= now + AHEAD_SECONDS]
    if len(times) and not len(behind):
        return now
    return min(float(behind.max(initial=0)), now)
