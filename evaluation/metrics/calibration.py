"""Do probabilities mean what they say?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evaluation.metrics.resample import Figure, Values, Weights

BINS: Final = 10

Numbers = NDArray[np.floating]


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
    total = weights.sum(axis=1)
    gaps = [np.abs(weights[:, part] @ surprise[part]) for part in bins(probability)]
    return np.where(total > 0, np.sum(gaps, axis=0) / np.where(total > 0, total, 1), np.nan)


def calibration_ratio(label: Numbers, probability: Numbers, weights: Weights) -> Values:
    """Mean prediction over mean label; NaN where nothing happened."""
    happened = weights @ label
    return np.where(
        happened > 0, (weights @ probability) / np.where(happened > 0, happened, 1), np.nan
    )


def reliability(label: Numbers, probability: Numbers, weights: Weights) -> Reliability:
    """The curve behind the calibration error."""
    parts = bins(probability)
    with np.errstate(divide="ignore", invalid="ignore"):
        observed = tuple(
            Figure((weights[:, part] @ label[part]) / weights[:, part].sum(axis=1))
            for part in parts
        )
    return Reliability(tuple(float(probability[part].mean()) for part in parts), observed)
