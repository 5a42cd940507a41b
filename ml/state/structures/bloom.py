"""A long memory in little room: it never forgets a pair, and rarely thinks it knows a stranger.

Bloom (1970), with the two hashes of Kirsch and Mitzenmacher (2006) in place of many. When a
filter is full it becomes the old one and a new one begins, so what is oldest goes in the end.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Hashes
from ml.kernels import inline_kernel, kernel

Bits = NDArray[np.uint8]
FALSE_POSITIVES: Final = 0.005
ROOM: Final = 1_000_000  # pairs per filter: some 1.6 MB at the rate above


class Bloom:
    """Pairs of ids, by their hashes; `rate` is the share of strangers that are taken for known."""

    def __init__(self, rate: float = FALSE_POSITIVES, room: int = ROOM) -> None:
        per_pair = -math.log(rate / 2) / math.log(2) ** 2  # two filters, so half the rate each
        self.room = room
        self.bits = math.ceil(room * per_pair)
        self.hashes = max(1, round(per_pair * math.log(2)))
        self.count = 0
        self.young = np.empty(0, np.uint8)  # made when first needed
        self.old = np.empty(0, np.uint8)

    def add(self, left: Hashes, right: Hashes) -> None:
        """Remember these pairs."""
        for start in range(0, len(left), self.room):
            some = slice(start, start + self.room)
            if self.count + len(left[some]) > self.room or not len(self.young):
                self.old = self.young
                self.young = np.zeros(self.bits // 8 + 1, np.uint8)
                self.count = 0
            _add(self.young, self.bits, self.hashes, left[some], right[some])
            self.count += len(left[some])

    def has(self, left: Hashes, right: Hashes) -> NDArray[np.bool_]:
        """Which of these pairs may have been added; those that were are always among them. One
        left side alone is that of all pairs."""
        found = np.zeros(len(right), np.bool_)
        for filled in (self.young, self.old):
            if len(filled):
                _find(filled, self.bits, self.hashes, left, right, found)
        return found


@kernel
def _add(filled: Bits, bits: int, hashes: int, left: Hashes, right: Hashes) -> None:
    """Set the bits of each pair."""
    for i in range(len(right)):
        mixed = _mix(_mix(left[i]) ^ right[i])
        for step in range(hashes):
            place = _place(mixed, step, bits)
            filled[place >> 3] |= np.uint8(1 << (place & 7))


@kernel
def _find(
    filled: Bits, bits: int, hashes: int, left: Hashes, right: Hashes, found: NDArray[np.bool_]
) -> None:
    """Mark the pairs whose bits are all set."""
    for i in range(len(right)):
        mixed, step = _mix(_mix(left[min(i, len(left) - 1)]) ^ right[i]), 0
        while step < hashes:
            place = _place(mixed, step, bits)
            if not filled[place >> 3] >> (place & 7) & 1:
                break
            step += 1
        found[i] |= step == hashes


@inline_kernel
def _place(mixed: np.uint64, step: int, bits: int) -> int:
    """One of the bits of a pair."""
    one, other = mixed >> np.uint64(32), mixed & np.uint64(0xFFFFFFFF) | np.uint64(1)
    return int((one + np.uint64(step) * other) % np.uint64(bits))


@kernel
def _mix(x: np.uint64) -> np.uint64:
    """Spread every bit over all bits (SplitMix64, Steele et al., 2014)."""
    x = x + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
