"""Lowers authors that the viewer wanted to see less of, for a while (home-mixer, 2023)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.pipeline.batch import CandidateBatch, Column
from app.pipeline.query import Query
from ml.state.tables.neighborhood import found_among


@dataclass(frozen=True, slots=True)
class FeedbackFatigue:
    """The factor rises from `lowest` to 1 in equal steps, which take `hours` together."""

    hidden_hours: float = 14 * 24
    hours: float = 140 * 24
    lowest: float = 0.2
    steps: int = 4

    def factor(self, query: Query, batch: CandidateBatch) -> Column:
        factor = np.ones(len(batch), np.float32)
        place, unwelcome = found_among(batch.author, query.neighborhood.see_fewer_authors)
        if not unwelcome.any():
            return factor
        since_hours = (query.now - query.neighborhood.see_fewer_since[place[unwelcome]]) / 3600
        step = np.floor((since_hours - self.hidden_hours) / self.hours * self.steps)
        risen = self.lowest + (1 - self.lowest) * np.clip(step, 0, self.steps) / self.steps
        factor[unwelcome] = risen
        return factor
