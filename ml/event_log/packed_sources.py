"""The sources of candidates, in as few bytes as hold the greatest of their numbers."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Sources = NDArray[np.uint32]  # bit i is set where source i proposed a candidate
FORMS: Final = ("<u1", "<u1", "<u2", "<u4", "<u4")  # by how many bytes the greatest has


def packed(sources: Sources) -> bytes:
    """As few bytes of each as hold the greatest of all, little-endian."""
    every = int(np.bitwise_or.reduce(sources))  # as long as the greatest
    return sources.astype(FORMS[every.bit_length() + 7 >> 3]).tobytes()


def unpacked(sources: bytes, count: int) -> Sources:
    """What was packed, so many."""
    width = len(sources) // max(count, 1) or 1
    return np.frombuffer(sources, f"<u{width}").astype(np.uint32)
