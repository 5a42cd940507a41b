"""Hides authors that the viewer wants to see less of, for two weeks (home-mixer, 2023)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from app.pipeline.batch import CandidateBatch, Mask, Rows
from app.pipeline.components import Ground
from app.pipeline.query import Query
from ml.arrays import Times
from ml.kernels import kernel
from ml.state.tables.neighborhood import places_among


@dataclass(frozen=True, slots=True)
class SeeFewer:
    hours: float = 14 * 24

    def keep(self, query: Query, batch: CandidateBatch) -> Mask:
        around, since = query.neighborhood, query.now - self.hours * 3600.0
        return _welcome(batch.author, around.see_fewer_authors, around.see_fewer_since, since)

    def grounds(self, query: Query, row: CandidateBatch) -> Mapping[str, Ground]:
        around = query.neighborhood
        asked = around.see_fewer_since[around.see_fewer_authors == row.author].tolist()
        ago = (query.now - asked[0]) / 3600 if asked else None
        return {"asked_hours_ago": ago, "hides_for_hours": self.hours}


@kernel
def _welcome(author: Rows, unwelcome: Rows, asked_at: Times, since: float) -> Mask:
    keep, places = np.empty(len(author), np.bool_), places_among(author, unwelcome)
    for i in range(len(places)):
        keep[i] = places[i] < 0 or asked_at[places[i]] <= since
    return keep
