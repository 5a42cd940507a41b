"""Drops replies to deleted tweets, and to authors whom a block or the viewer's mute keeps away.

A reply without the tweet it answers makes little sense, and repeats what the viewer does not want
to see. The rule is about the tweet that is answered, not about those further up: X hides such
replies as well. A parent that was never here hides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

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
        kept = np.ones(len(batch), bool)
        if not self.hides:
            return kept
        reply = np.flatnonzero(tweets.threads.names_another[batch.tweet])
        if not len(reply):
            return kept
        row = batch.tweet[reply]
        hidden = tweets.answers_deleted(row)
        if len(query.neighborhood.excluded_authors):
            parent_author = tweets.threads.parent_author[row]
            hidden |= among(parent_author, query.neighborhood.excluded_authors)
        kept[reply] = ~hidden
        return kept
