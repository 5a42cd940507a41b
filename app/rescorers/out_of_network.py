"""Lowers tweets by authors that the viewer does not follow (home-mixer, 2023)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.pipeline.batch import CandidateBatch, Column
from app.pipeline.query import Query
from ml.state.tables.neighborhood import among


@dataclass(frozen=True, slots=True)
class OutOfNetwork:
    strangers: float = 0.75

    def factor(self, query: Query, batch: CandidateBatch) -> Column:
        follows = among(batch.author, query.neighborhood.following)
        return np.where(follows, np.float32(1), np.float32(self.strangers))
