"""Drops tweets with a word, a phrase or a domain that the viewer mutes."""

from __future__ import annotations

from dataclasses import dataclass

from app.pipeline.batch import CandidateBatch, Mask
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
