"""Tweets on the topics of the viewer's communities (SimClusters): no training, no history."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.pipeline.batch import CandidateBatch
from app.pipeline.query import Query
from app.retrieval.fresh_tweets import FreshTweets
from ml.embeddings import simclusters
from ml.embeddings.simclusters import INTERESTS


@dataclass(frozen=True, slots=True)
class Communities:
    """By cosine of community vectors and by recency."""

    fresh_tweets: FreshTweets
    half_life_hours: float
    communities: simclusters.Communities = INTERESTS

    def fetch(self, query: Query, limit: int) -> CandidateBatch:
        state = self.fresh_tweets.state
        viewer = self.communities.of_users(state, np.full(1, query.viewer, np.int32))
        if not viewer.weight.any():
            return self.fresh_tweets.top(np.empty(0, np.int32), np.empty(0), limit)
        fresh = self.fresh_tweets.fresh(query.now)
        tweet = fresh.tweet
        cosine = simclusters.cosine(viewer, self.communities.of_tweets(state, tweet))
        near = np.flatnonzero(cosine > 0)
        age_hours = self.fresh_tweets.age_hours(tweet[near], query.now)
        worth = np.log2(cosine[near]) - age_hours / self.half_life_hours
        return self.fresh_tweets.top(tweet[near], worth, limit)
