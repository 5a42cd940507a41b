"""Drops replies to deleted tweets, and to authors whom a block or the viewer's mute keeps away.

A reply without the tweet it answers makes little sense, and repeats what the viewer does not want
to see. The rule is about the tweet that is answered, not about those further up: X hides such
replies as well. A parent that was never here hides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.pipeline.batch import CandidateBatch, Mask
from app.pipeline.query import Query
from ml.state.feature_state import FeatureState
from ml.state.tables.neighborhood import among


@dataclass(frozen=True, slots=True)
class HiddenParent:
    state: FeatureState
    hides: bool = True  # else every reply stays

    def keep(self, query: Query, batch: CandidateBatch) -> Mask:
        tweets = self.state.tweets
        hidden = tweets.answers_deleted(batch.tweet)
        parent_author = tweets.threads.parent_author[batch.tweet]
        hidden |= among(parent_author, query.neighborhood.excluded_authors)
        return ~hidden | (not self.hides)
