"""Lowers tweets that are probably adult content or abuse, each label by its own factor."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from app.pipeline.batch import CandidateBatch, Column, Rows
from app.pipeline.query import Query
from ml.embeddings.encoder import Encoder
from ml.kernels import inline_kernel, kernel

Steps = tuple[tuple[float, float], ...]  # (above this probability, this factor)
Table = NDArray[np.float32]  # (steps, 2) the same, in ascending order


@dataclass(frozen=True, slots=True)
class Safety:
    """For each label the highest step below its probability counts; the factors multiply."""

    encoder: Encoder
    nsfw: Steps = ((0.8, 0.1), (0.2, 0.7))
    toxicity: Steps = ((0.7, 0.1), (0.2, 0.8))

    def factor(self, query: Query, batch: CandidateBatch) -> Column:
        scores = self.encoder.tweets
        return _factors(
            batch.tweet, scores.nsfw, _table(self.nsfw), scores.toxicity, _table(self.toxicity)
        )


@cache
def _table(steps: Steps) -> Table:
    return np.array(sorted(steps), np.float32).reshape(-1, 2)


@kernel
def _factors(
    tweet: Rows, nsfw: Column, nsfw_steps: Table, toxicity: Column, toxicity_steps: Table
) -> Column:
    factor = np.empty(len(tweet), np.float32)
    for i in range(len(tweet)):
        if tweet[i] >= len(nsfw):
            raise IndexError("a tweet was not judged yet")
        factor[i] = _penalty(nsfw[tweet[i]], nsfw_steps)
        factor[i] *= _penalty(toxicity[tweet[i]], toxicity_steps)
    return factor


@inline_kernel
def _penalty(probability: np.float32, steps: Table) -> np.float32:
    factor = np.float32(1)
    for step in range(len(steps)):
        if probability > steps[step, 0]:
            factor = steps[step, 1]
    return factor
