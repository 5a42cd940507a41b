"""Lowers tweets that are probably adult content or abuse, each label by its own factor."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from app.pipeline.batch import CandidateBatch, Column, Rows
from app.pipeline.query import Query
from ml.embeddings.encoder import Encoder
from ml.kernels import kernel

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
        nsfw = _penalty(batch.tweet, scores.nsfw, _table(self.nsfw))
        return nsfw * _penalty(batch.tweet, scores.toxicity, _table(self.toxicity))


@cache
def _table(steps: Steps) -> Table:
    return np.array(sorted(steps), np.float32).reshape(-1, 2)


@kernel
def _penalty(tweet: Rows, probability: Column, steps: Table) -> Column:
    factor = np.empty(len(tweet), np.float32)
    for i in range(len(tweet)):
        if tweet[i] >= len(probability):
            raise IndexError("a tweet was not judged yet")
        factor[i] = 1
        for step in range(len(steps)):
            if not probability[tweet[i]] > steps[step, 0]:
                break
            factor[i] = steps[step, 1]
    return factor
