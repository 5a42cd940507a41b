"""The parameters of a world: its seed, its scale and its last instant."""

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
    """The options of the command line; `until` is in unix seconds."""

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
        """One random stream per part of the world, so that changing one leaves the rest as is."""
        return [np.random.default_rng(s) for s in np.random.SeedSequence(self.seed).spawn(parts)]


def instants(seconds: NDArray[np.int64]) -> pl.Series:
    """Unix seconds as a column of timestamps in UTC."""
    return pl.Series(seconds * 1000).cast(pl.Datetime("ms", "UTC"))
