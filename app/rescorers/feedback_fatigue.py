"""Lowers authors that the viewer wanted to see less of, for a while (home-mixer, 2023)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.pipeline.batch import CandidateBatch, Column, Rows
from app.pipeline.query import Query
from ml.arrays import Times
from ml.kernels import kernel
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
        return _rising(
            batch.author,
            around.see_fewer_authors,
            around.see_fewer_since,
            begin,
            self.hours * 3600.0 / self.steps,
            float(self.lowest),
            self.steps,
        )


@kernel
def _rising(
    author: Rows,
    unwelcome: Rows,
    since: Times,
    begin: float,
    step_seconds: float,
    lowest: float,
    steps: int,
) -> Column:
    factor, places = np.empty(len(author), np.float32), places_among(author, unwelcome)
    for i in range(len(author)):
        factor[i] = 1
        if places[i] >= 0:
            step = np.floor((begin - since[places[i]]) / step_seconds)
            factor[i] = lowest + (1 - lowest) * min(max(step, 0.0), float(steps)) / steps
    return factor
