"""Relative cross-entropy: how much better than always saying the mean rate, in per cent."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.floating]


def rce(label: Numbers, probability: Numbers, weight: Numbers) -> float:
    """100 (CE_mean - CE) / CE_mean; NaN where one class is empty (the-algorithm-ml, 2023)."""
    rate = float(np.average(label, weights=weight))
    if not 0 < rate < 1:
        return float("nan")
    reference = cross_entropy(label, np.full(len(label), rate), weight)
    return 100 * (reference - cross_entropy(label, probability, weight)) / reference


def cross_entropy(label: Numbers, probability: Numbers, weight: Numbers) -> float:
    """Mean negative log-likelihood, in nats."""
    p = np.clip(probability.astype(np.float64), 1e-9, 1 - 1e-9)
    loss = -np.where(label > 0, np.log(p), np.log1p(-p))
    return float(np.average(loss, weights=weight))
