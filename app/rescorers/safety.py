"""Lowers tweets that are probably adult content or abuse, each label by its own factor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.pipeline.batch import CandidateBatch, Column
from app.pipeline.query import Query
from ml.embeddings.encoder import Encoder

Steps = tuple[tuple[float, float], ...]  # (above this probability, this factor)


@dataclass(frozen=True, slots=True)
class Safety:
    """For each label the highest step below its probability counts; the factors multiply."""

    encoder: Encoder
    nsfw: Steps = ((0.8, 0.1), (0.2, 0.7))
    toxicity: Steps = ((0.7, 0.1), (0.2, 0.8))

    def factor(self, query: Query, batch: CandidateBatch) -> Column:
        scores = self.encoder.tweets
        return _penalty(scores.nsfw[batch.tweet], self.nsfw) * _penalty(
            scores.toxicity[batch.tweet], self.toxicity
        )


def _penalty(probability: NDArray[np.float32], steps: Steps) -> Column:
    factor = np.ones(len(probability), np.float32)
    for above, times in sorted(steps):
        factor[probability > above] = times
    return factor
