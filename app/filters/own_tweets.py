"""Drops tweets by the viewer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.pipeline.batch import CandidateBatch, Mask
from app.pipeline.components import Ground
from app.pipeline.query import Query


@dataclass(frozen=True, slots=True)
class OwnTweets:
    def keep(self, query: Query, batch: CandidateBatch) -> Mask:
        mask: Mask = (batch.author != query.viewer) | (batch.author < 0)
        return mask

    def grounds(self, query: Query, row: CandidateBatch) -> Mapping[str, Ground]:
        return {"by_viewer": not self.keep(query, row)[0]}
