"""The best rows, best first; of equals the older row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.pipeline.batch import CandidateBatch
from app.pipeline.components import Allotment
from app.pipeline.placement import Selection
from app.pipeline.query import Query
from app.retrieval.best_first import best_first


@dataclass(frozen=True, slots=True)
class TopK:
    def select(
        self, query: Query, batch: CandidateBatch, allotments: Sequence[Allotment] = ()
    ) -> Selection:
        return Selection.of_the_best(best_first(batch["score"], batch.tweet)[: query.limit])
