"""The sources of candidates, in as few bytes as hold the greatest of their numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Sources = NDArray[np.uint32]  # bit i is set where source i proposed a candidate


def packed(sources: Sources) -> bytes:
    """As few bytes of each as hold the greatest of all, little-endian."""
    width = np.min_scalar_type(sources.max(initial=0)).itemsize
    return sources.astype(f"<u{width}").tobytes()


def unpacked(sources: bytes, count: int) -> Sources:
    """What was packed, so many."""
    width = len(sources) // max(count, 1) or 1
    return np.frombuffer(sources, f"<u{width}").astype(np.uint32)
