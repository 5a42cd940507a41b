"""How many engagements to expect of an impression, in those of a typical one.

What was seen at the bottom of a page, or late, says less about a taste than what was passed by at
the top. It depends on the impression alone, so its sums do not depend on the order of events.
Clicks over expected clicks (COEC): Zhang & Jones, "Comparing click logs and editorial labels for
training query rewriting", WWW 2007.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Times
from ml.kernels import kernel
from ml.state.structures.counters import Counts
from ml.state.structures.event_order import UNKNOWN_TIME

MIDDLE: Final = 9.0  # the mean position, 0 at the top, for want of a known one
FALL: Final = 0.25  # attention falls with the place as place ** -0.25
FRESH: Final = 1.4  # log-odds of an engagement with a new tweet over one with an old tweet
HALF_LIFE_SECONDS: Final = 12 * 3600.0  # of freshness, as in `tweet_freshness`
TYPICAL_FRESHNESS: Final = 0.5  # of what is shown


@kernel
def expected(position: NDArray[np.float32], at: Times, created_at: Times) -> Counts:
    """(impressions,) what is to be expected of each, in impressions of a middling place and age.

    Args:
        position: (impressions,) on the page, 0 at the top; NaN where unknown.
        at: (impressions,) unix seconds.
        created_at: (impressions,) when the tweets were written, likewise.
    """
    weight = np.empty(len(position), np.float64)
    for i in range(len(position)):
        place = MIDDLE if np.isnan(position[i]) else max(float(position[i]), 0.0)
        freshness = TYPICAL_FRESHNESS
        if created_at[i] != UNKNOWN_TIME:
            freshness = np.exp2(-max(at[i] - created_at[i], 0) / HALF_LIFE_SECONDS)
        attention = ((1 + place) / (1 + MIDDLE)) ** -FALL
        weight[i] = attention * np.exp(FRESH * (freshness - TYPICAL_FRESHNESS))
    return weight
