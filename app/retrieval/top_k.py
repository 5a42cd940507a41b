"""The rows of the greatest worth, without sorting the rest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.pipeline.batch import Order, Rows
from ml.kernels import kernel

Worth = NDArray[np.float64]


def top_k(row: Rows, worth: Worth, count: int) -> Order:
    """Positions of the `count` greatest worths, best first; of equals the lower row first.

    Args:
        row: (n,) what each worth belongs to.
        worth: (n,) any numbers that can be compared.
        count: how many positions to return; all of them where there are fewer.
    """
    least = -np.inf
    if count < len(worth):
        least = np.partition(worth, len(worth) - count)[len(worth) - count]
    return _sorted(row, worth, least)[:count]


@kernel
def _sorted(row: Rows, worth: Worth, least: float) -> Order:
    """Positions of the worths from `least` on, best first: heapsort, with the worst on top."""
    heap, size = np.empty(len(worth), np.intp), 0
    for position in range(len(worth)):
        if worth[position] >= least:
            heap[size] = position
            size += 1
    unordered, last = size // 2, size
    while last > 1:
        if unordered > 0:
            unordered -= 1
        else:
            last -= 1
            heap[0], heap[last] = heap[last], heap[0]
        place = unordered
        sinks = heap[place]
        while 2 * place + 1 < last:
            below = 2 * place + 1
            one, other = heap[below], heap[min(below + 1, last - 1)]
            if _is_worse(worth[other], row[other], worth[one], row[one]):
                below, one = below + 1, other
            if not _is_worse(worth[one], row[one], worth[sinks], row[sinks]):
                break
            heap[place] = one
            place = below
        heap[place] = sinks
    return heap[:size]


@kernel
def _is_worse(worth: float, row: int, other_worth: float, other_row: int) -> bool:
    return worth < other_worth or (worth == other_worth and row > other_row)
