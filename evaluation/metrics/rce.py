"""Relative cross-entropy: how much better than always saying the mean rate, in per cent."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evaluation.metrics.resample import Values, Weights

Numbers = NDArray[np.floating]


def rce(label: Numbers, probability: Numbers, weights: Weights) -> Values:
    """100 (CE_mean - CE) / CE_mean; NaN where one class is empty (the-algorithm-ml, 2023)."""
    total = weights.sum(axis=1)
    rate = (weights @ label) / np.where(total > 0, total, 1)
    mixed = (rate > 0) & (rate < 1)
    sure = np.where(mixed, rate, 0.5)
    reference = -(sure * np.log(sure) + (1 - sure) * np.log1p(-sure))
    return np.where(
        mixed, 100 * (1 - cross_entropy(label, probability, weights) / reference), np.nan
    )


def cross_entropy(label: Numbers, probability: Numbers, weights: Weights) -> Values:
    """Mean negative log-likelihood, in nats."""
    p = np.clip(probability.astype(np.float64), 1e-9, 1 - 1e-9)
    loss = -np.where(label > 0, np.log(p), np.log1p(-p))
    total = weights.sum(axis=1)
    return np.where(total > 0, (weights @ loss) / np.where(total > 0, total, 1), np.nan)
