"""Drops deleted tweets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.pipeline.batch import CandidateBatch, Mask, Rows
from app.pipeline.components import Ground
from app.pipeline.query import Query
from ml.kernels import kernel
from ml.state.feature_state import FeatureState


@dataclass(frozen=True, slots=True)
class Deleted:
    """An unknown tweet counts as deleted."""

    state: FeatureState

    def keep(self, query: Query, batch: CandidateBatch) -> Mask:
        return _there(batch.tweet, self.state.tweets.deleted)

    def grounds(self, query: Query, row: CandidateBatch) -> Mapping[str, Ground]:
        return {"deleted": not self.keep(query, row)[0]}


@kernel
def _there(tweet: Rows, deleted: NDArray[np.bool_]) -> Mask:
    keep = np.empty(len(tweet), np.bool_)
    for i in range(len(tweet)):
        keep[i] = tweet[i] >= 0 and not deleted[tweet[i]]
    return keep
