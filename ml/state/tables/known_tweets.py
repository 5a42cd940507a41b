"""What a viewer knows already: the tweets that they acted on, saw, or were given lately."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows, Times
from ml.kernels import kernel
from ml.state.structures.event_order import NEVER
from ml.state.structures.pair_times import PairTimes
from ml.state.tables.engagements import Engagements


def known_tweets(
    viewer: int, engagements: Engagements, seen: PairTimes, served: PairTimes, served_since: int
) -> Rows:
    """The tweets that a viewer knows, one entry for each way that they do, in no order."""
    register = engagements.register
    acted = engagements.lists.of(viewer)
    shown, answered = seen.lists.of(viewer), served.lists.of(viewer)
    known = np.empty(len(acted) + len(shown) + len(answered), np.int32)
    count = _known(
        acted, register.index.right, register.is_on,
        shown, seen.index.right, seen.at,
        answered, served.index.right, served.at, max(served_since, NEVER + 1),
        known,
    )  # fmt: skip
    return known[:count]


@kernel
def _known(
    acted: Rows,
    engaged_tweet: Rows,
    is_on: NDArray[np.bool_],
    shown: Rows,
    seen_tweet: Rows,
    seen_at: Times,
    answered: Rows,
    served_tweet: Rows,
    served_at: Times,
    served_since: int,
    known: Rows,
) -> int:
    """Write the tweets of these rows of three tables that count; how many there are."""
    count = 0
    for pair in acted:
        known[count] = engaged_tweet[pair]
        for kind in range(is_on.shape[1]):
            if is_on[pair, kind]:
                count += 1
                break
    for pair in shown:
        if seen_at[pair] != NEVER:
            known[count] = seen_tweet[pair]
            count += 1
    for pair in answered:
        if served_at[pair] >= served_since:
            known[count] = served_tweet[pair]
            count += 1
    return count
