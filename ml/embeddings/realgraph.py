"""RealGraph: how strong is the tie from one user to another? (Kamath et al., 2014)

Interactions fade with a half-life of a month; a follow counts, a follow back counts again.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows, Times
from ml.state.feature_state import FeatureState
from ml.state.tables.counts import Count

FOLLOW: Final = 0.35
FOLLOWED_BACK: Final = 0.25
WORTH: Final = np.zeros(len(Count))
WORTH[[Count.LIKE, Count.RETWEET, Count.REPLY, Count.FOLLOW]] = 0.30, 0.40, 0.50, 0.30
WORTH[[Count.NEGATIVE, Count.REPORT]] = -1.0, -2.0


def strength(
    state: FeatureState, viewer: Rows, author: Rows, now: Times | int
) -> NDArray[np.float32]:
    """(pairs,) directed tie strength in 0–1: 1 - exp(-evidence)."""
    counts = state.tie_counts.read(viewer, author, now)
    return of_counts(
        counts, state.graph.follows(viewer, author), state.graph.follows(author, viewer)
    )


def of_counts(
    counts: NDArray[np.float64], follows: NDArray[np.bool_], followed_back: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """The strength of ties, from their counts and follows."""
    evidence = counts @ WORTH + FOLLOW * follows + FOLLOWED_BACK * (follows & followed_back)
    strength: NDArray[np.float32] = -np.expm1(-np.maximum(evidence, 0)).astype(np.float32)
    return strength
