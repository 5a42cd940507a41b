"""Lowers each further tweet by the same author (home-mixer, 2023)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.pipeline.batch import CandidateBatch, Column, Rows
from app.pipeline.query import Query


@dataclass(frozen=True, slots=True)
class AuthorDiversity:
    """Factor `floor + (1 - floor) * decay**n` for the tweet after n better ones by its author.

    Tweets of unknown authors count as by different people.
    """

    decay: float = 0.5
    floor: float = 0.25

    def factor(self, query: Query, batch: CandidateBatch, score: Column) -> Column:
        author = np.where(batch.author >= 0, batch.author, -1 - batch.tweet)
        place = _place_within(author, score, batch.tweet)
        return (self.floor + (1 - self.floor) * self.decay**place).astype(np.float32)


def _place_within(group: Rows, score: Column, tie: Rows) -> NDArray[np.float64]:
    """0 for each group's best row, 1 for its second best, and so on."""
    order = np.lexsort((tie, -score, group))
    starts = np.flatnonzero(np.diff(group[order], prepend=group[order][:1] - 1))
    lengths = np.diff(starts, append=len(group))
    place = np.empty(len(group))
    place[order] = np.arange(len(group)) - np.repeat(starts, lengths)
    return place
