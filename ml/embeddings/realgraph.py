"""RealGraph: how strong is the tie from one user to another? (Kamath et al., 2014)

Interactions fade with a half-life of a month; a follow counts, a follow back counts again.
"""

from __future__ import annotations

from math import exp

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows
from ml.kernels import inline_kernel, kernel
from ml.state.structures.counters import Counts, CountTable
from ml.state.structures.pair_index import PairTable, find
from ml.state.tables.counted import Counted, counted
from ml.state.tables.neighborhood import places_among


@inline_kernel
def tie_strength(tie: Counted, follows: bool, followed_back: bool) -> float:
    """Directed tie strength in 0–1, of what was done about somebody: 1 - exp(-evidence)."""
    liked = 0.3 * tie.like + 0.4 * tie.retweet + 0.5 * tie.reply + 0.3 * tie.follow
    disliked = 1.0 * tie.negative + 2.0 * tie.report
    followed = 0.35 * follows + 0.25 * (follows and followed_back)
    return 1 - exp(-max(liked - disliked + followed, 0.0))


@kernel
def to_followees(
    viewer: int,
    following: Rows,
    followers: Rows,
    index: PairTable,
    counts: Counts,
    newest: NDArray[np.float64],
    half_life_seconds: float,
    now: int,
    strength: NDArray[np.float32],
) -> None:
    """Write the strength of the tie to each followee; `followers` are sorted."""
    ties, back = CountTable(counts, newest, half_life_seconds), places_among(following, followers)
    for i in range(len(following)):
        tie = counted(ties, find(index, viewer, following[i]), now)
        strength[i] = tie_strength(tie, True, back[i] >= 0)
