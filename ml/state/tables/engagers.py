"""Who engages with each tweet: the engagements of `Engagements`, looked up from the other side."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows
from ml.state.structures.growable import with_room
from ml.state.structures.ragged import Ragged


class Engagers:
    """Each tweet's rows of the register, and how many of them are engagements that are on."""

    def __init__(self, tweets: int) -> None:
        self.lists = Ragged(tweets)  # rows of the register, on or off, in order of arrival
        self.count: NDArray[np.int64] = np.zeros(tweets, np.int64)

    def grow(self, tweets: int) -> None:
        self.lists.grow(tweets)
        self.count = with_room(self.count, tweets, 0)

    def refill(self, tweet: Rows, engages: NDArray[np.bool_]) -> None:
        """List all rows of the register anew.

        Args:
            tweet: (rows,) the tweet of each row.
            engages: (rows,) whether it has an engagement on.
        """
        self.lists.refill(tweet, np.arange(len(tweet), dtype=np.int32))
        self.count = np.bincount(tweet[engages], minlength=len(self.count))
