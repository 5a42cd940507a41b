"""From which probability on to hide, so that no more than a stated share of clean tweets is."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

Z: Final = 1.959964  # of a 95 % interval
MOST: Final = np.float32(1 - 1e-6)  # a model that may hide nothing hides what is certain


def hidden_from(clean: NDArray[np.float32], share: float) -> float:
    """The lowest of these probabilities, or the next above it, from which at most `share` are.

    Args:
        clean: (tweets,) probabilities of tweets that are not harmful, out of fold.
    """
    may = int(share * len(clean))
    falling = np.sort(clean)[::-1]
    if may >= len(clean):
        return float(falling[-1])
    return float(min(np.nextafter(falling[may], np.float32(2)), MOST))


def interval(hidden: int, tweets: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson, 1927)."""
    if tweets == 0:
        return 0.0, 1.0
    share, z2 = hidden / tweets, Z * Z
    middle = (share + z2 / (2 * tweets)) / (1 + z2 / tweets)
    half = math.sqrt(share * (1 - share) / tweets + z2 / (4 * tweets**2))
    half *= Z / (1 + z2 / tweets)
    return max(0.0, middle - half), min(1.0, middle + half)
