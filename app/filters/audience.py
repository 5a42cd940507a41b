"""Drops tweets that the viewer may not see, by the visibility that their authors gave them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.pipeline.batch import CandidateBatch, Mask
from app.pipeline.query import Query
from ml.state.feature_state import FeatureState
from ml.state.tables.audience import FOLLOWERS, MENTIONED, PUBLIC, UNLISTED
from ml.state.tables.neighborhood import among


@dataclass(frozen=True, slots=True)
class Audience:
    """Everybody sees public tweets, followers of the author also the unlisted ones and those for
    followers, and the mentioned what is for the mentioned; authors see their own.

    A tweet that is unknown, or whose visibility is, is seen by nobody but its author.
    """

    state: FeatureState

    def keep(self, query: Query, batch: CandidateBatch) -> Mask:
        audience, tweet = self.state.tweets.audience, batch.tweet
        visibility = audience.visibility[tweet]
        sees: Mask = (visibility == PUBLIC) & (tweet >= 0)
        if sees.all():
            return sees
        rest = np.flatnonzero(~sees & (tweet >= 0))
        closed, author, visibility = tweet[rest], batch.author[rest], visibility[rest]
        own = (author == query.viewer) & (author >= 0)
        in_network = (visibility == UNLISTED) | (visibility == FOLLOWERS)
        followed = in_network & among(author, query.neighborhood.following)
        named = visibility == MENTIONED
        named[named] = audience.mentioned(query.viewer, closed[named])
        sees[rest] = own | followed | named
        return sees
