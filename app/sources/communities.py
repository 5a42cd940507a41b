"""Tweets of the viewer's communities, declared and learned: SimClusters ANN."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.pipeline.batch import CandidateBatch, Rows
from app.pipeline.query import Query
from app.retrieval.fresh_tweets import FreshTweets
from ml.embeddings.communities import arrays_of
from ml.embeddings.encoder import Encoder
from ml.embeddings.simclusters import similarity

LOOKED_AT: Final = 10_000  # tweets of the window, the newest
FIRST: Final = 512  # of them, which may leave nothing to be found among the older
HALF_LIVES: Final = 4.0  # that a tweet may be older for being twice as near


@dataclass(frozen=True, slots=True)
class Communities:
    """By similarity of community vectors and by recency."""

    fresh_tweets: FreshTweets
    encoder: Encoder
    half_life_hours: float

    def fetch(self, query: Query, limit: int) -> CandidateBatch:
        fresh = self.fresh_tweets.fresh(query.now).tweet[-LOOKED_AT:]
        older, tweet = fresh[:-FIRST], fresh[-FIRST:]
        worth = self._worth(query, tweet)
        if len(older):
            least = np.partition(worth, -limit)[-limit] if limit <= len(worth) else -np.inf
            fading = self.fresh_tweets.age_hours(older, query.now) / self.half_life_hours
            older = older[-fading >= least]  # as if they were as near as can be
            tweet = np.concatenate([older, tweet])
            worth = np.concatenate([self._worth(query, older), worth])
        found = np.flatnonzero(worth > -np.inf)
        return self.fresh_tweets.top(tweet[found], worth[found], limit)

    def _worth(self, query: Query, tweet: Rows) -> NDArray[np.float64]:
        """(tweets,) the logarithm of what each is worth; -inf of those that are not near."""
        state = self.fresh_tweets.state
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
        worth = np.full(len(tweet), -np.inf)
        np.log2(near, out=worth, where=near > 0)
        worth *= HALF_LIVES
        worth -= self.fresh_tweets.age_hours(tweet, query.now) / self.half_life_hours
        return worth
