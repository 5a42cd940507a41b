"""Hides authors that the viewer wants to see less of, for two weeks (home-mixer, 2023)."""

from __future__ import annotations

from dataclasses import dataclass

from app.pipeline.batch import CandidateBatch, Mask
from app.pipeline.query import Query
from ml.state.tables.neighborhood import among


@dataclass(frozen=True, slots=True)
class SeeFewer:
    hours: float = 14 * 24

    def keep(self, query: Query, batch: CandidateBatch) -> Mask:
        lately = query.now - query.neighborhood.see_fewer_since < self.hours * 3600
        return ~among(batch.author, query.neighborhood.see_fewer_authors[lately])
