"""Keeps the best tweet of each conversation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.pipeline.batch import CandidateBatch, Mask
from app.pipeline.query import Query
from ml.state.feature_state import FeatureState


@dataclass(frozen=True, slots=True)
class OnePerThread:
    state: FeatureState

    def keep(self, query: Query, batch: CandidateBatch) -> Mask:
        thread = self.state.tweets.threads.began(batch.tweet)
        best_first = np.lexsort((batch.tweet, -batch["score"], thread))
        keep = np.zeros(len(batch), bool)
        keep[best_first] = np.diff(thread[best_first], prepend=-1) != 0
        return keep
