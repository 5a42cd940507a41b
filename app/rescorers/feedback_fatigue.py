"""Lowers authors that the viewer wanted to see less of, for a while (home-mixer, 2023)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.pipeline.batch import CandidateBatch, Column
from app.pipeline.query import Query
from ml.state.tables.neighborhood import places_among


@dataclass(frozen=True, slots=True)
class FeedbackFatigue:
    """The factor rises from `lowest` to 1 in equal steps, which take `hours` together."""

    hidden_hours: float = 14 * 24
    hours: float = 140 * 24
    lowest: float = 0.2
    steps: int = 4

    def factor(self, query: Query, batch: CandidateBatch) -> Column:
        around, begin = query.neighborhood, query.now - self.hidden_hours * 3600.0
        if not len(around.see_fewer_authors):
            return batch.unchanged()
        places = places_among(batch.author, around.see_fewer_authors)
        is_unwelcome = places >= 0
        waited = begin - around.see_fewer_since[places[is_unwelcome]]
        step = np.floor(waited / (self.hours * 3600.0 / self.steps)).clip(0, self.steps)
        factor = batch.unchanged()
        factor[is_unwelcome] = self.lowest + (1 - self.lowest) * step / self.steps
        return factor
