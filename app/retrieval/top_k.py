"""The rows of the greatest worth, without sorting the rest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.pipeline.batch import Order, Rows
from ml.kernels import kernel

Worth = NDArray[np.float64]


@kernel
def top_k(row: Rows, worth: Worth, count: int) -> Order:
    """Positions of the `count` greatest worths, best first; of equals the lower row first.

    Args:
        row: (n,) what each worth belongs to.
        worth: (n,) any numbers that can be compared.
        count: how many positions to return; all of them where there are fewer.
    """
    size = max(min(count, len(worth)), 0)
    heap = np.empty(size, np.intp)  # of the best so far, with the worst on top
    for position in range(size):
        heap[position] = position
    for place in range(size // 2 - 1, -1, -1):
        _sink(row, worth, heap, place, size)
    for position in range(size, len(worth) if size else 0):
        if _is_worse(worth[heap[0]], row[heap[0]], worth[position], row[position]):
            heap[0] = position
            _sink(row, worth, heap, 0, size)
    for last in range(size - 1, 0, -1):
        heap[0], heap[last] = heap[last], heap[0]
        _sink(row, worth, heap, 0, last)
    return heap


@kernel
def _sink(row: Rows, worth: Worth, heap: Order, place: int, size: int) -> None:
    """Move an entry of a heap down, until those below it are not worse."""
    sinks = heap[place]
    while 2 * place + 1 < size:
        below = 2 * place + 1
        one, other = heap[below], heap[min(below + 1, size - 1)]
        if _is_worse(worth[other], row[other], worth[one], row[one]):
            below, one = below + 1, other
        if not _is_worse(worth[one], row[one], worth[sinks], row[sinks]):
            break
        heap[place] = one
        place = below
    heap[place] = sinks


@kernel
def _is_worse(worth: float, row: int, other_worth: float, other_row: int) -> bool:
    return worth < other_worth or (worth == other_worth and row > other_row)
