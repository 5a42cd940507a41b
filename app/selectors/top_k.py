"""The best rows, best first; of equals the older row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.pipeline.batch import CandidateBatch, Order
from app.pipeline.components import Allotment
from app.pipeline.query import Query
from app.retrieval.best_first import best_first


@dataclass(frozen=True, slots=True)
class TopK:
    def select(
        self, query: Query, batch: CandidateBatch, allotments: Sequence[Allotment] = ()
    ) -> Order:
        return best_first(batch["score"], batch.tweet)[: query.limit]
