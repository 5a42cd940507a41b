"""Of what was shown, how much was wanted, and how far up did it stand?

Each takes `gain` (visits, places), 0 where a place was empty or its tweet unwanted, and answers one
value per visit; NaN where there was nothing to find. With `k` above the places there are, the
missing places count as empty.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evaluation.metrics.resample import over

Gains = NDArray[np.floating]
Counts = NDArray[np.integer]
PerVisit = NDArray[np.float64]


def dcg(gain: Gains, k: int) -> PerVisit:
    """Gains, each discounted by the logarithm of its place."""
    top = gain[:, :k]
    total: PerVisit = (top / np.log2(np.arange(2, top.shape[1] + 2))).sum(axis=1)
    return total


def ndcg(gain: Gains, ideal: Gains, k: int) -> PerVisit:
    """DCG over that of the `ideal` gains, best first: what the best possible slate would have."""
    return over(dcg(gain, k), dcg(ideal, k))


def ideal_of(wanted: Counts, places: int) -> Gains:
    """The gains of a slate that shows whatever was wanted first."""
    return (np.arange(places) < wanted[:, None]).astype(np.float64)


def precision(gain: Gains, wanted: Counts, k: int) -> PerVisit:
    """The share of `k` places with something wanted."""
    return _known((gain[:, :k] > 0).sum(axis=1) / k, wanted)


def recall(gain: Gains, wanted: Counts, k: int) -> PerVisit:
    """The share of what was wanted that is in the first `k` places."""
    return _known((gain[:, :k] > 0).sum(axis=1) / np.maximum(wanted, 1), wanted)


def hit_rate(gain: Gains, wanted: Counts, k: int) -> PerVisit:
    """Whether anything in the first `k` places was wanted."""
    return _known((gain[:, :k] > 0).any(axis=1).astype(np.float64), wanted)


def mrr(gain: Gains, wanted: Counts, k: int) -> PerVisit:
    """One over the place of the first that was wanted; 0 where none is among the first `k`."""
    top = gain[:, :k] > 0
    first = 1 / (1 + np.argmax(top, axis=1))
    return _known(np.where(top.any(axis=1), first, 0.0), wanted)


def _known(value: np.float64 | NDArray[np.floating], wanted: Counts) -> PerVisit:
    return np.where(wanted > 0, value, np.nan)
