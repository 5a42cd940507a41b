"""Impressions count, but nobody alone can bury an author: capped per viewer, author and day.

The first `DAILY` of a day count, in the order of the log, an impression of a tweet that is not here
yet in that of its tweet; a day that comes after a later one is counted with that later one. That is
the same in batches of any size, over a snapshot, in serving and in a replay of the log. Training
reads its tables in the order of time, so where impressions arrive late, others of a day may count.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows, Times
from ml.kernels import kernel
from ml.state.structures.growable import make_room
from ml.state.structures.pair_index import PairIndex

DAILY: Final = 5  # tweets of one author that one reader sees on a day; few ever see more
DAY_SECONDS: Final = 86_400


class Views:
    """How many impressions of each author every viewer has had on the latest day."""

    ROOM: ClassVar[Mapping[str, float]] = {"day": -1, "count": 0}

    def __init__(self) -> None:
        self.pairs = PairIndex()  # (viewer, author)
        self.day = np.empty(0, np.int32)
        self.count = np.empty(0, np.int32)

    @property
    def used(self) -> int:
        """How many rows of the arrays are in use."""
        return len(self.pairs)

    def count_within_cap(self, viewer: Rows, author: Rows, at: Times) -> NDArray[np.bool_]:
        """Count impressions, in this order; which of them are within the cap."""
        pair = self.pairs.add(viewer, author)
        make_room(self, len(self.pairs))
        within = np.empty(len(pair), np.bool_)
        _count(self.day, self.count, pair, at, within)
        return within

    def keep_from(self, day: int) -> None:
        """Forget pairs that last met on a day before."""
        stays = np.flatnonzero(self.day[: len(self.pairs)] >= day).astype(np.int32)
        if len(stays) < len(self.pairs):
            self.pairs = self.pairs.kept(stays)
            self.day, self.count = self.day[stays], self.count[stays]


@kernel
def _count(
    latest_day: Rows,
    count: Rows,
    pair: Rows,
    at: Times,
    within: NDArray[np.bool_],
) -> None:
    """Count the impressions of pairs on their latest days, and write which are within the cap."""
    for i in range(len(pair)):
        this, day = pair[i], at[i] // DAY_SECONDS
        if day > latest_day[this]:
            latest_day[this], count[this] = day, 0
        within[i] = count[this] < DAILY
        count[this] += 1
