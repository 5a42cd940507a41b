"""Tweets of the viewer's communities, declared and learned: SimClusters ANN."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from app.pipeline.batch import CandidateBatch
from app.pipeline.query import Query
from app.retrieval.fresh_tweets import FreshTweets
from ml.embeddings.communities import arrays_of
from ml.embeddings.encoder import Encoder
from ml.embeddings.simclusters import similarity

LOOKED_AT: Final = 20_000  # tweets of the window, the newest
HALF_LIVES: Final = 4.0  # that a tweet may be older for being twice as near


@dataclass(frozen=True, slots=True)
class Communities:
    """By similarity of community vectors and by recency."""

    fresh_tweets: FreshTweets
    encoder: Encoder
    half_life_hours: float

    def fetch(self, query: Query, limit: int) -> CandidateBatch:
        state = self.fresh_tweets.state
        tweet = self.fresh_tweets.fresh(query.now).tweet[-LOOKED_AT:]
        near = similarity(
            query.viewer,
            query.neighborhood.following,
            tweet,
            state.users.interests,
            state.tweets.tags,
            state.tweets.author,
            state.history.tweet,
            arrays_of(state, self.encoder.members),
        )
        found = np.flatnonzero(near > 0)
        age_hours = self.fresh_tweets.age_hours(tweet[found], query.now)
        worth = HALF_LIVES * np.log2(near[found]) - age_hours / self.half_life_hours
        return self.fresh_tweets.top(tweet[found], worth, limit)
