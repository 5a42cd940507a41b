"""Who engages with each tweet: the engagements of `Engagements`, looked up from the other side."""

from __future__ import annotations

from itertools import count
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows
from ml.state.structures.growable import grow
from ml.state.structures.ragged import Ragged

CHANGES: Final = count(1)  # of all states in this process, so that no two are the same


class Engagers:
    """Each tweet's rows of the register, and how many of them are engagements that are on.

    Who only complains of a tweet is not listed: readers look at the newest of a list, where a crowd
    of complaints would take the places of those who engage.
    """

    def __init__(self, tweets: int) -> None:
        self.lists = Ragged(tweets)  # rows of the register, on or off, ascending
        self.listed: NDArray[np.bool_] = np.zeros(0, np.bool_)  # (rows of the register,)
        self.newest = -1  # the last row of the register that is listed
        self.count: NDArray[np.int64] = np.zeros(tweets, np.int64)
        self.changed = np.full(tweets, next(CHANGES))  # the latest change of each tweet's

    def __setstate__(self, parts: dict[str, object]) -> None:
        """A copy, which may come from another process, where changes have other numbers."""
        vars(self).update(parts)
        self.changed = np.full(len(self.count), next(CHANGES))

    def grow(self, tweets: int) -> None:
        self.lists.grow(tweets)
        grow(self, "count", tweets, 0)
        grow(self, "changed", tweets, next(CHANGES))

    def change(self, tweet: Rows) -> None:
        """Engagements with these tweets are not what they were."""
        self.changed[tweet] = next(CHANGES)

    def add(self, row: Rows, tweet: Rows) -> None:
        """List rows of the register, ascending, each with its tweet, unless they are listed."""
        grow(self, "listed", int(row.max(initial=-1)) + 1, False)
        new = ~self.listed[row]
        row, tweet = row[new], tweet[new]
        self.listed[row] = True
        self.lists.append(tweet, row)
        self.lists.sort(tweet[row < self.newest])  # who complained first, and then engaged
        self.newest = int(row.max(initial=self.newest))

    def remove(self, row: Rows, tweet: Rows) -> None:
        """List these rows no longer."""
        grow(self, "listed", int(row.max(initial=-1)) + 1, False)
        self.listed[row] = False
        self.lists.keep(tweet, lambda value: self.listed[value])

    def refill(self, tweet: Rows, listed: NDArray[np.bool_], engages: NDArray[np.bool_]) -> None:
        """List rows of the register anew.

        Args:
            tweet: (rows,) the tweet of each row.
            listed: (rows,) whether anybody ever engaged in it.
            engages: (rows,) whether it has an engagement on.
        """
        row = np.flatnonzero(listed).astype(np.int32)
        self.listed, self.newest = listed, int(row.max(initial=-1))
        self.lists.refill(tweet[row], row)
        self.count = np.bincount(tweet[engages], minlength=len(self.count))
        self.changed = np.full(len(self.count), next(CHANGES))
