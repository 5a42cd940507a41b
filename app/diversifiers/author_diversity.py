"""Lowers each further tweet by the same author (home-mixer, 2023)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.pipeline.batch import CandidateBatch, Column, Order, Rows
from app.pipeline.query import Query
from app.retrieval.best_first import best_first
from ml.kernels import kernel
from ml.state.structures.scratch_table import scratch_table, slot_of


@dataclass(frozen=True, slots=True)
class AuthorDiversity:
    """Factor `floor + (1 - floor) * decay**n` for the tweet after n better ones by its author.

    Tweets of unknown authors count as by different people.
    """

    decay: float = 0.5
    floor: float = 0.25

    def factor(self, query: Query, batch: CandidateBatch, score: Column) -> Column:
        return _factors(
            best_first(score, batch.tweet), batch.author, float(self.decay), float(self.floor)
        )


@kernel
def _factors(order: Order, author: Rows, decay: float, floor: float) -> Column:
    factor = np.empty(len(author), np.float32)
    authors = scratch_table(len(author))
    better = np.zeros(len(authors), np.int64)  # tweets of each author so far
    for row in order:
        factor[row] = 1
        if author[row] >= 0:
            slot = slot_of(authors, author[row])
            authors[slot] = author[row]
            factor[row] = floor + (1 - floor) * decay ** better[slot]
            better[slot] += 1
    return factor
