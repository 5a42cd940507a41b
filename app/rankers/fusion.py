"""Fuses the predicted actions into one score in 0–1; an average impression scores 0.5."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.pipeline.batch import Column

SQUEEZED: Final = 1e-3  # what is worth less than nothing ends up below this


@dataclass(frozen=True, slots=True)
class Fusion:
    """Weights of heads, and the mean probability of each head that was trained.

    A weight without a trained head is ignored.
    """

    weights: Mapping[str, float]
    means: Mapping[str, float]

    @property
    def average(self) -> float:
        """The sum of weight times mean probability, over the heads of positive weight."""
        used = (name for name, weight in self.weights.items() if weight > 0 and name in self.means)
        return sum(self.weights[name] * self.means[name] for name in used)

    def fuse(self, predictions: Mapping[str, Column]) -> Column:
        """x / (1 + x), where x is the worth over that of an average impression: 0.9 is worth
        nine of them."""
        used = {name: weight for name, weight in self.weights.items() if name in self.means}
        worth: NDArray[np.float64] = sum(
            (weight * predictions[name].astype(np.float64) for name, weight in used.items()),
            start=np.zeros(1),
        )
        lowest = sum(weight for weight in used.values() if weight < 0)
        x = fold(worth / self.average, lowest / self.average)
        return (x / (1 + x)).astype(np.float32)


def fold(worth: NDArray[np.float64], lowest: float) -> NDArray[np.float64]:
    """Positive worth moved up a little, negative worth squeezed in below it, order kept.

    Otherwise a factor below one would raise a negative score.
    """
    floor = min(lowest, -1e-9)
    return np.where(worth >= 0, worth + SQUEEZED, SQUEEZED * (1 - worth / floor))
