"""How sure is a number? The same number over users drawn again and again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

REPEATS: Final = 100
LEVEL: Final = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its bootstrap interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def estimate(
    metric: Callable[[NDArray[np.floating]], float], user: NDArray[np.integer], seed: int = 0
) -> Estimate:
    """`metric` of row weights, with its 95 % interval over resampled users.

    Rows of one user are drawn together, for they are not independent.
    """
    rng = np.random.default_rng(seed)
    users, row_of = np.unique(user, return_inverse=True)
    draws = [
        metric(
            np.bincount(rng.integers(0, len(users), len(users)), minlength=len(users))[row_of] * 1.0
        )
        for _ in range(REPEATS)
    ]
    known = [draw for draw in draws if np.isfinite(draw)]
    edge = (1 - LEVEL) / 2
    low, high = np.quantile(known, [edge, 1 - edge]) if known else (np.nan, np.nan)
    return Estimate(metric(np.ones(len(user))), float(low), float(high))
