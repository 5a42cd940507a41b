"""The second tweet by one author is worth less than the first (home-mixer, 2023)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.diversifiers.place import place_within
from app.pipeline.batch import CandidateBatch, Column
from app.pipeline.query import Query


@dataclass(frozen=True, slots=True)
class AuthorDiversity:
    """Tweets whose author nobody knows are by different people."""

    decay: float = 0.5
    floor: float = 0.25

    def factor(self, query: Query, batch: CandidateBatch, score: Column) -> Column:
        place = place_within(batch.author, score, batch.tweet)
        return (self.floor + (1 - self.floor) * self.decay**place).astype(np.float32)
