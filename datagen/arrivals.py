"""Random arrival times: a Poisson process whose rate follows the hour of the day."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from datagen.parameters import DAY, HOUR

PEAK_HOUR: Final = 20
SWING: Final = 0.7


def arrivals(rng: np.random.Generator, since: NDArray[np.int64], until: int) -> NDArray[np.int64]:
    """One instant between each `since` and `until`, drawn from a Poisson process whose rate peaks
    at `PEAK_HOUR`."""
    first = int(since.min(initial=until)) // HOUR * HOUR
    clock = np.arange(first, until + HOUR, HOUR, dtype=np.float64)
    elapsed = _intensity_until(clock)
    low = np.interp(since, clock, elapsed)
    high = np.interp(until, clock, elapsed)
    drawn = low + rng.random(len(since)) * (high - low)
    return np.minimum(np.interp(drawn, elapsed, clock).astype(np.int64), until - 1)


def _intensity_until(at: NDArray[np.float64]) -> NDArray[np.float64]:
    """The integral of 1 + SWING · cos(2π · (hours past the peak) / 24), in seconds."""
    turn = 2 * np.pi * (at - PEAK_HOUR * HOUR) / DAY
    bend = SWING * DAY / (2 * np.pi) * (np.sin(turn) - np.sin(turn[0]))
    return np.asarray(at - at[0] + bend)
