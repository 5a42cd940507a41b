"""How much of a thing do the few have? Power laws, fitted to their tails."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

TAIL: Final = 0.2  # the share of positive counts that is called the tail
LEAST: Final = 10  # counts that a tail needs


def exponent(counts: NDArray[np.integer]) -> float:
    """The exponent of a power law through the largest counts, by maximum likelihood (Clauset et
    al., 2009); NaN where they are too few."""
    positive = counts[counts > 0].astype(np.float64)
    if len(positive) < LEAST:
        return float("nan")
    start = max(np.quantile(positive, 1 - TAIL), 1.0)
    tail = positive[positive >= start]
    return float(1 + len(tail) / np.log(tail / (start - 0.5)).sum())
