"""How sure is a number? The same number over users drawn again and again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

REPEATS: Final = 200
LEVEL: Final = 0.95

Weights = NDArray[np.float64]  # (1 + repeats, users or rows): first as it is, then as drawn
Values = NDArray[np.float64]  # (1 + repeats,)
Numbers = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, and what it would have been with other users (the bootstrap's 95 %)."""

    draws: Values

    @property
    def value(self) -> float:
        return float(self.draws[0])

    @property
    def interval(self) -> tuple[float, float]:
        known = self.draws[1:][np.isfinite(self.draws[1:])]
        if not len(known):
            return float("nan"), float("nan")
        edge = (1 - LEVEL) / 2
        low, high = np.quantile(known, [edge, 1 - edge])
        return float(low), float(high)

    @property
    def significant(self) -> bool:
        """Whether the interval leaves out zero; meant for differences."""
        low, high = self.interval
        return low > 0 or high < 0

    def beyond(self, errors: float) -> bool:
        """Whether it is farther from zero than so many standard errors; not where it is unknown."""
        known = self.draws[1:][np.isfinite(self.draws[1:])]
        return len(known) > 0 and abs(self.value) > errors * float(np.std(known))

    def __sub__(self, other: Figure) -> Figure:
        """The difference, paired: both were seen by the same users in every draw."""
        return Figure(self.draws - other.draws)

    def share_of_way(self, start: Figure, end: Figure) -> Figure | None:
        """How far this is on the way from `start` to `end`; None where that leads nowhere."""
        way = end.draws - start.draws
        if not abs(way[0]) > 1e-12:
            return None
        with np.errstate(divide="ignore", invalid="ignore"):
            return Figure((self.draws - start.draws) / way)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.value:.3f} [{low:.3f}, {high:.3f}]"


Figures = Mapping[str, Figure]


def resample(users: int, seed: int = 0, repeats: int = REPEATS) -> Weights:
    """How often each user counts, drawn with replacement."""
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(users, np.full(users, 1 / max(users, 1)), size=repeats)
    return np.concatenate([np.ones((1, users)), drawn])


def over(part: Values, whole: Values) -> Values:
    """One over the other; NaN where there is nothing to divide by."""
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1), np.nan)


def mean(value: Numbers, weights: Weights) -> Figure:
    """The mean over users of what is known of them; NaN is unknown."""
    known = np.isfinite(value)
    with np.errstate(divide="ignore", invalid="ignore"):
        return Figure((weights @ np.where(known, value, 0)) / (weights @ known))


def ratio(part: Numbers, whole: Numbers, weights: Weights) -> Figure:
    """What all users have of one thing over what they have of another."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return Figure((weights @ part) / (weights @ whole))
