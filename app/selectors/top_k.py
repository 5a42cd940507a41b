"""The best rows, best first; of equals the older row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.pipeline.batch import CandidateBatch, Order
from app.pipeline.components import Allotment
from app.pipeline.query import Query


@dataclass(frozen=True, slots=True)
class TopK:
    def select(
        self, query: Query, batch: CandidateBatch, allotments: Sequence[Allotment] = ()
    ) -> Order:
        return np.lexsort((batch.tweet, -batch["score"]))[: query.limit]
