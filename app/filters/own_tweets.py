"""Drops tweets by the viewer."""

from __future__ import annotations

from dataclasses import dataclass

from app.pipeline.batch import CandidateBatch, Mask
from app.pipeline.query import Query


@dataclass(frozen=True, slots=True)
class OwnTweets:
    def keep(self, query: Query, batch: CandidateBatch) -> Mask:
        keep: Mask = (batch.author != query.viewer) | (batch.author < 0)
        return keep
