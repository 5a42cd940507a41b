"""Keeps the best tweet of each conversation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.pipeline.batch import CandidateBatch, Column, Mask, Rows
from app.pipeline.query import Query
from ml.kernels import kernel
from ml.state.feature_state import FeatureState
from ml.state.structures.scratch_table import FREE, scratch_table, slot_of
from ml.state.tables.threads import thread_of


@dataclass(frozen=True, slots=True)
class OnePerThread:
    state: FeatureState

    def keep(self, query: Query, batch: CandidateBatch) -> Mask:
        threads = self.state.tweets.threads
        return _best(batch.tweet, batch["score"], threads.sets.above, threads.first)


@kernel
def _best(tweet: Rows, score: Column, above: Rows, first: Rows) -> Mask:
    keep = np.empty(len(tweet), np.bool_)
    threads = scratch_table(len(tweet))
    best = np.empty(len(threads), np.int64)  # the row of each thread that is kept so far
    for row in range(len(tweet)):
        keep[row] = True
        thread = thread_of(tweet[row], above, first)
        slot = slot_of(threads, thread)
        if threads[slot] == FREE:
            threads[slot], best[slot] = thread, row
            continue
        other = best[slot]
        equal = score[row] == score[other]
        if score[row] > score[other] or (equal and tweet[row] < tweet[other]):
            best[slot], keep[other] = row, False
        else:
            keep[row] = False
    return keep
