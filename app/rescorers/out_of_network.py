"""Lowers tweets by authors that the viewer does not follow (home-mixer, 2023)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.pipeline.batch import CandidateBatch, Column, Rows
from app.pipeline.query import Query
from ml.kernels import kernel
from ml.state.tables.neighborhood import places_among


@dataclass(frozen=True, slots=True)
class OutOfNetwork:
    strangers: float = 0.75

    def factor(self, query: Query, batch: CandidateBatch) -> Column:
        return _factors(batch.author, query.neighborhood.following, float(self.strangers))


@kernel
def _factors(author: Rows, following: Rows, strangers: float) -> Column:
    factor, places = np.empty(len(author), np.float32), places_among(author, following)
    for i in range(len(places)):
        factor[i] = strangers if places[i] < 0 else 1
    return factor
