"""Recent tweets by the people that the viewer follows (Earlybird)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.pipeline.batch import CandidateBatch
from app.pipeline.query import Query
from app.retrieval.fresh_tweets import FreshTweets


@dataclass(frozen=True, slots=True)
class InNetwork:
    """By recency and by tie (RealGraph): twice the tie makes up for one half-life."""

    fresh_tweets: FreshTweets
    half_life_hours: float

    def fetch(self, query: Query, limit: int) -> CandidateBatch:
        tweet, followee = self.fresh_tweets.state.posts.gather(query.neighborhood.following)
        fresh = self.fresh_tweets.is_fresh(query, tweet)
        tweet, tie = tweet[fresh], query.tie_strength[followee[fresh]]
        age_hours = self.fresh_tweets.age_hours(tweet, query.now)
        worth = np.log2(tie + 0.05) - age_hours / self.half_life_hours
        return self.fresh_tweets.top(query, tweet, worth, limit)
