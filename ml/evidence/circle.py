"""What have the viewer's followees engaged with, whenever that was?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows
from ml.features import Pairs
from ml.kernels import kernel
from ml.state.structures.scratch_table import FREE, scratch_table, slot_of
from ml.state.tables.history import LENGTH
from ml.state.tables.neighborhood import Neighborhood


def engaged_in_circle(pairs: Pairs, tweet: Rows) -> list[NDArray[np.float64]]:
    """(tweets,) twice: how many sampled followees engaged with each tweet, log scale; and that
    over the most that engaged with any."""
    around = pairs.known or Neighborhood.of(pairs.state.graph, int(pairs.viewer[0]))
    count, most = _engaged(tweet, around.sampled_followees, pairs.state.history.tweet)
    return [np.log1p(count), count / max(most, 1)]


@kernel
def _engaged(tweet: Rows, followee: Rows, engaged: Rows) -> tuple[NDArray[np.int64], int]:
    """How many of these people engaged with each tweet, of their latest; and the most of any."""
    table = scratch_table(LENGTH * len(followee))
    count, most = np.zeros(len(table), np.int64), 0
    for who in followee:
        for row in engaged[who]:
            if row < 0:  # the list ends here
                break
            slot = slot_of(table, row)
            table[slot] = row
            count[slot] += 1
            most = max(most, count[slot])
    found = np.zeros(len(tweet), np.int64)
    for i in range(len(tweet)):
        slot = slot_of(table, tweet[i])
        if table[slot] != FREE:
            found[i] = count[slot]
    return found, most
