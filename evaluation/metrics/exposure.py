"""Who and what gets to be seen at all?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluation.metrics.resample import Figure, Numbers, Weights


@dataclass(frozen=True, slots=True)
class Exposure:
    """Which thing stood on the slate of which visit, and which things could have."""

    visit: NDArray[np.integer]
    thing: NDArray[np.integer]
    eligible: NDArray[np.bool_]  # (things,)

    def coverage(self, weights: Weights) -> Figure:
        """The share of what could have been shown that was shown to anybody."""
        possible = self.eligible.sum() or np.nan
        return Figure(np.array([(counts > 0).sum() / possible for counts in self._counts(weights)]))

    def inequality(self, weights: Weights) -> Figure:
        """The Gini coefficient over all that could have been shown."""
        return Figure(np.array([gini(counts) for counts in self._counts(weights)]))

    def _counts(self, weights: Weights) -> list[Numbers]:
        n = len(self.eligible)
        shown = [np.bincount(self.thing, row[self.visit], minlength=n) for row in weights]
        return [counts[self.eligible].astype(np.float64) for counts in shown]


def gini(exposure: Numbers) -> float:
    """0 where all are shown equally often, near 1 where one has it all."""
    n, total = len(exposure), exposure.sum()
    if not total > 0:
        return float("nan")
    rank = 2 * np.arange(1, n + 1) - n - 1
    return float((np.sort(exposure) * rank).sum() / (n * total))
