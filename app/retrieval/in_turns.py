"""Two ranked lists that take turns: of any first places the other has about its share."""

from __future__ import annotations

from typing import Final

import numpy as np

from app.pipeline.batch import CandidateBatch, Mask, Rows
from ml.kernels import kernel
from ml.state.structures.scratch_table import FREE, scratch_table, slot_of


class InTurns(CandidateBatch):
    """Tweets of two lists, each once, in the order of the turns.

    The rows that stay take turns anew, so that the other list has its share of these.
    """

    __slots__ = ("is_whole", "one", "other", "share")

    def __init__(
        self, tweet: Rows, author: Rows, one: Rows, other: Rows, share: float, is_whole: bool
    ) -> None:
        super().__init__(tweet, author, np.zeros(len(tweet), np.uint32))
        self.one: Final = one  # the positions of its tweets, best first
        self.other: Final = other
        self.share: Final = share  # of the other
        self.is_whole: Final = is_whole  # whether both lists are here to their ends

    def first(self, stays: Mask, count: int) -> Rows:
        one, other = self.one[stays.take(self.one)], self.other[stays.take(self.other)]
        return _interleaved(one, other, self.share, count, self.is_whole)[0]


def in_turns(one: Rows, other: Rows, share: float, limit: int, author: Rows) -> InTurns:
    """The first `limit` tweets of two lists of as many, or of all; `author` is by tweet."""
    tweet, of_one, of_other = _interleaved(one, other, share, limit, True)
    return InTurns(tweet, author.take(tweet), of_one, of_other, share, len(tweet) < limit)


@kernel
def _interleaved(
    one: Rows, other: Rows, share: float, limit: int, is_whole: bool
) -> tuple[Rows, Rows, Rows]:
    """The best of both, each once, and the places of the rows of either list among these.

    Where a list is not whole, nothing follows the turn for which it has no row.
    """
    table = scratch_table(len(one) + len(other))
    place_of = np.empty(len(table), np.int32)
    best, found = np.empty(max(limit, 0), np.int32), 0
    of_one, of_other = np.empty(len(one), np.int32), np.empty(len(other), np.int32)
    i = j = 0
    while found < limit and i + j < len(one) + len(other):
        is_turn_of_one = (i + 1) / (1 - share) <= (j + 1) / share
        if is_whole:
            is_turn_of_one = i < len(one) and (j == len(other) or is_turn_of_one)
        elif (i == len(one)) if is_turn_of_one else (j == len(other)):
            break
        row = one[i] if is_turn_of_one else other[j]
        slot = slot_of(table, row)
        if table[slot] == FREE:
            table[slot] = best[found] = row
            place_of[slot] = found
            found += 1
        if is_turn_of_one:
            of_one[i] = place_of[slot]
            i += 1
        else:
            of_other[j] = place_of[slot]
            j += 1
    return best[:found], of_one[:i], of_other[:j]
