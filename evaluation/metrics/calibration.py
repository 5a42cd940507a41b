"""Do probabilities mean what they say?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.floating]


def calibration_error(label: Numbers, probability: Numbers, bins: int = 10) -> float:
    """Mean distance between predicted and observed rate over bins of equal size."""
    order = np.argsort(probability, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    gaps = [abs(float(probability[part].mean() - label[part].mean())) for part in parts]
    return float(np.average(gaps, weights=[len(part) for part in parts]))


def calibration_ratio(label: Numbers, probability: Numbers, weight: Numbers) -> float:
    """Mean prediction over mean label; NaN where nothing happened."""
    observed = float(np.average(label, weights=weight))
    return float(np.average(probability, weights=weight)) / observed if observed else float("nan")
