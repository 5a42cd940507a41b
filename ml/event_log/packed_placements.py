"""Why candidates stand where they stand: a byte of each, and four of each that may cost a thing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.float32]
NOTHING = b"\0"


def packed(rule: Column, cost: Column) -> bytes:
    """The rules of all, then their costs, little-endian, without the zeros at the end: only the
    first places cost anything.

    Args:
        rule: (rows,) numbers below 256.
        cost: (rows,)
    """
    rules: bytes = rule.astype(np.uint8).tobytes()
    costs: bytes = cost.astype("<f4", copy=False).tobytes()
    return rules + costs.rstrip(NOTHING)


def unpacked(placements: bytes, count: int) -> tuple[Column, Column]:
    """The rule and the cost of each, so many, that were packed.

    Raises:
        ValueError: they are of another count.
    """
    if not count <= len(placements) <= 5 * count:
        raise ValueError(f"{len(placements)} bytes are no placements of {count} tweets")
    rule = np.frombuffer(placements, np.uint8, count)
    cost = np.frombuffer(placements[count:].ljust(4 * count, NOTHING), "<f4", count)
    return rule.astype(np.float32), cost.astype(np.float32, copy=False)
