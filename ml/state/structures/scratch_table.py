"""A hash table of a few whole numbers, made and thrown away within one call of a kernel."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ml.kernels import inline_kernel, kernel

Numbers = NDArray[np.int64]
FREE: Final = -1  # the content of a slot that holds no number
SPREAD: Final = 2_654_435_769  # 2^32 / golden ratio: Fibonacci hashing, Knuth 6.4
FEWEST: Final = 16  # slots


@kernel
def scratch_table(count: int) -> Numbers:
    """A table with room for so many numbers; at most half of its slots are ever taken."""
    slots = FEWEST
    while slots < 2 * count:
        slots *= 2
    table = np.empty(slots, np.int64)
    for slot in range(slots):
        table[slot] = FREE
    return table


@inline_kernel
def slot_of(table: Numbers, number: int) -> int:
    """The slot of a number from 0 to 2^32 - 1, or the free one where it belongs."""
    last = len(table) - 1
    slot = (int(number) * SPREAD >> 16) & last
    while table[slot] != FREE and table[slot] != number:
        slot = (slot + 1) & last
    return slot
