"""How large a world is, when it ends, and the seed that everything in it grows from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

HOUR: Final = 3600
DAY: Final = 24 * HOUR
DAYS: Final = 30
USERS: Final = 1_000
TWEETS: Final = 10_000
UNTIL: Final = "2026-03-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Parameters:
    """What the command line decides; `until` is in unix seconds."""

    seed: int
    scale: float
    until: int

    @property
    def start(self) -> int:
        return self.until - DAYS * DAY

    @property
    def users(self) -> int:
        return max(20, round(USERS * self.scale))

    @property
    def tweets(self) -> int:
        return max(100, round(TWEETS * self.scale))

    def generators(self, parts: int) -> list[np.random.Generator]:
        """One stream per part of the world, so that a change in one does not stir the others."""
        return [np.random.default_rng(s) for s in np.random.SeedSequence(self.seed).spawn(parts)]


def instants(seconds: NDArray[np.int64]) -> pl.Series:
    """Unix seconds as the tables write them: timestamps in UTC."""
    return pl.Series(seconds * 1000).cast(pl.Datetime("ms", "UTC"))
