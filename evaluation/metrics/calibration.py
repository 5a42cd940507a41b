"""Do probabilities mean what they say? Calibration, and relative cross-entropy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evaluation.metrics.resample import Figure, Numbers, Values, Weights, over

BINS: Final = 10


@dataclass(frozen=True, slots=True)
class Reliability:
    """What was predicted and what happened in each bin, lowest predictions first.

    The bins are of equal size, not of equal width: most chances are small.
    """

    predicted: tuple[float, ...]
    observed: tuple[Figure, ...]


def bins(probability: Numbers, count: int = BINS) -> list[NDArray[np.intp]]:
    """Rows in bins of equal size, by their prediction."""
    order = np.argsort(probability, kind="stable")
    return [part for part in np.array_split(order, count) if len(part)]


def calibration_error(label: Numbers, probability: Numbers, weights: Weights) -> Values:
    """Mean distance between predicted and observed rate over the bins."""
    surprise = probability.astype(np.float64) - label
    gaps = [np.abs(weights[:, part] @ surprise[part]) for part in bins(probability)]
    return over(np.sum(gaps, axis=0), weights.sum(axis=1))


def calibration_ratio(label: Numbers, probability: Numbers, weights: Weights) -> Values:
    """Mean prediction over mean label; NaN where nothing happened."""
    return over(weights @ probability, weights @ label)


def reliability(label: Numbers, probability: Numbers, weights: Weights) -> Reliability:
    """The curve behind the calibration error."""
    parts = bins(probability)
    with np.errstate(divide="ignore", invalid="ignore"):
        observed = tuple(
            Figure((weights[:, part] @ label[part]) / weights[:, part].sum(axis=1))
            for part in parts
        )
    return Reliability(tuple(float(probability[part].mean()) for part in parts), observed)


def rce(label: Numbers, probability: Numbers, weights: Weights) -> Values:
    """How much better than always saying the mean rate, in per cent: 100 (CE_mean - CE) / CE_mean;
    NaN where one class is empty (the-algorithm-ml, 2023)."""
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
    return over(weights @ loss, weights.sum(axis=1))
