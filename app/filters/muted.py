"""Drops tweets with a word, a phrase or a domain that the viewer mutes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.pipeline.batch import CandidateBatch, Mask
from app.pipeline.components import Ground
from app.pipeline.query import Query
from ml.state.feature_state import FeatureState


@dataclass(frozen=True, slots=True)
class Muted:
    """Case, width and composition aside (NFKC, casefold), on word boundaries. A domain is that
    of a link or of the author's id, and includes all its subdomains. What has expired at
    `query.now` hides nothing."""

    state: FeatureState

    def keep(self, query: Query, batch: CandidateBatch) -> Mask:
        if query.muted is None:
            return batch.everything()
        return ~self.state.tweets.wording.matches(batch.tweet, query.muted)

    def grounds(self, query: Query, row: CandidateBatch) -> Mapping[str, Ground]:
        return {"muted_words_or_domains": not self.keep(query, row)[0]}
