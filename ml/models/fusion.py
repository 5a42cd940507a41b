"""Fuses the predicted actions into one score in 0–1; an average impression scores 0.5."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ml.embeddings.encoder import Vectors as Column
from ml.kernels import inline_kernel, kernel

SQUEEZED: Final = 1e-3  # what is worth less than nothing ends up below this

Weights = NDArray[np.float64]


@dataclass(frozen=True)
class Fusion:
    """Weights of heads, and the mean probability of each head that was trained.

    A weight without a trained head is ignored.
    """

    weights: Mapping[str, float]
    means: Mapping[str, float]

    @cached_property
    def average(self) -> float:
        """The sum of weight times mean probability, over the heads of positive weight."""
        used = (name for name, weight in self.weights.items() if weight > 0 and name in self.means)
        return float(sum(self.weights[name] * self.means[name] for name in used))

    def fuse(self, predictions: Mapping[str, Column]) -> Column:
        """x / (1 + x), where x is the worth over that of an average impression: 0.9 is worth
        nine of them."""
        heads, weights = self._used
        every = np.concatenate([predictions[name] for name in heads])  # sooner than a table is made
        return _fused(every, weights, self.average)

    def parts(self, predictions: Mapping[str, float]) -> tuple[dict[str, float], float]:
        """What each head adds to x, which it is in double precision, and what folding adds."""
        heads, weights = self._used
        added = {
            name: float(weight) * predictions[name] / self.average
            for name, weight in zip(heads, weights.tolist(), strict=True)
        }
        worth, lowest = sum(added.values()), float(weights.clip(max=0).sum()) / self.average
        return added, folded(worth, lowest) - worth

    @cached_property
    def _used(self) -> tuple[tuple[str, ...], Weights]:
        heads = tuple(name for name in self.weights if name in self.means)
        return heads, np.array([float(self.weights[name]) for name in heads])


@kernel
def _fused(prediction: Column, weight: Weights, average: float) -> Column:
    """(rows,) scores of the (rows,) predictions of the heads, one head after another."""
    lowest = 0.0
    for one in weight:
        lowest += min(one, 0.0)
    score = np.empty(len(prediction) // len(weight), np.float32)
    for row in range(len(score)):
        worth = 0.0
        for head in range(len(weight)):
            worth += weight[head] * prediction[head * len(score) + row]
        x = fold(worth / average, lowest / average)
        score[row] = x / (1 + x)
    return score


def folded(worth: float, lowest: float) -> float:
    """Positive worth moved up a little, negative worth squeezed in below it, order kept.

    Otherwise a factor below one would raise a negative score.
    """
    if worth >= 0:
        return worth + SQUEEZED
    return SQUEEZED * (1 - worth / min(lowest, -1e-9))


fold = inline_kernel(folded)
