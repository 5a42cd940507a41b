"""Drops tweets by the viewer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from app.pipeline.batch import CandidateBatch, Mask, Rows
from app.pipeline.components import Ground
from app.pipeline.query import Query
from ml.kernels import kernel


@dataclass(frozen=True, slots=True)
class OwnTweets:
    def keep(self, query: Query, batch: CandidateBatch) -> Mask:
        return _by_others(batch.author, query.viewer)

    def grounds(self, query: Query, row: CandidateBatch) -> Mapping[str, Ground]:
        return {"by_viewer": not self.keep(query, row)[0]}


@kernel
def _by_others(author: Rows, viewer: int) -> Mask:
    keep = np.empty(len(author), np.bool_)
    for i in range(len(author)):
        keep[i] = author[i] != viewer or author[i] < 0
    return keep
