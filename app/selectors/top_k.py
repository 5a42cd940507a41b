"""The best rows, best first; of equals the older row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.pipeline.batch import CandidateBatch, Order
from app.pipeline.query import Query


@dataclass(frozen=True, slots=True)
class TopK:
    def select(self, query: Query, batch: CandidateBatch) -> Order:
        return np.lexsort((batch.tweet, -batch["score"]))[: query.limit]
