"""Hides authors that the viewer wants to see less of, for two weeks (home-mixer, 2023)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.pipeline.batch import CandidateBatch, Mask
from app.pipeline.components import Ground
from app.pipeline.query import Query
from ml.state.tables.neighborhood import absent


@dataclass(frozen=True, slots=True)
class SeeFewer:
    hours: float = 14 * 24

    def keep(self, query: Query, batch: CandidateBatch) -> Mask:
        around, since = query.neighborhood, query.now - self.hours * 3600.0
        hidden = around.see_fewer_authors[around.see_fewer_since > since]
        return absent(batch.author, hidden) if len(hidden) else batch.everything()

    def grounds(self, query: Query, row: CandidateBatch) -> Mapping[str, Ground]:
        around = query.neighborhood
        asked = around.see_fewer_since[around.see_fewer_authors == row.author].tolist()
        ago = (query.now - asked[0]) / 3600 if asked else None
        return {"asked_hours_ago": ago, "hides_for_hours": self.hours}
