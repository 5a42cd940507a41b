"""Drops authors after a block in either direction, and those that the viewer mutes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.pipeline.batch import CandidateBatch, Mask
from app.pipeline.components import Ground
from app.pipeline.query import Query
from ml.state.tables.neighborhood import absent


@dataclass(frozen=True, slots=True)
class SocialGraph:
    def keep(self, query: Query, batch: CandidateBatch) -> Mask:
        return absent(batch.author, query.neighborhood.excluded_authors)

    def grounds(self, query: Query, row: CandidateBatch) -> Mapping[str, Ground]:
        return {"blocked_or_muted": not self.keep(query, row)[0]}
