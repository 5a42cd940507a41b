"""The rows of the greatest worth, without sorting the rest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.pipeline.batch import Order, Rows

Worth = NDArray[np.floating]


def top_k(row: Rows, worth: Worth, count: int) -> Order:
    """Positions of the `count` greatest worths, best first; of equals the lower row first.

    Args:
        row: (n,) what each worth belongs to.
        worth: (n,) any numbers that can be compared.
        count: how many positions to return; all of them where there are fewer.
    """
    if count < len(worth):
        least = np.partition(worth, len(worth) - count)[len(worth) - count]
        some = np.flatnonzero(worth >= least)
        return some[np.lexsort((row[some], -worth[some]))[:count]]
    return np.lexsort((row, -worth))
