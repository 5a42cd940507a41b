"""Tweets by authors that the viewer might want to follow (FRS as a source of tweets)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.follow_recommendations.recommender import FollowRecommender
from app.pipeline.batch import CandidateBatch
from app.pipeline.query import Query
from app.retrieval.fresh_tweets import FreshTweets


@dataclass(frozen=True, slots=True)
class FollowRecs:
    """By recommendation and by recency: twice the recommendation makes up for one half-life."""

    fresh_tweets: FreshTweets
    who: FollowRecommender
    half_life_hours: float
    people: int = 10

    def fetch(self, query: Query, limit: int) -> CandidateBatch:
        recommended = self.who.recommend(query, self.people)
        tweet, author = self.fresh_tweets.state.posts.gather(recommended.user)
        fresh = self.fresh_tweets.is_fresh(query, tweet)
        tweet, score = tweet[fresh], recommended.score[author[fresh]]
        age_hours = self.fresh_tweets.age_hours(tweet, query.now)
        worth = np.log2(score + 1e-9) - age_hours / self.half_life_hours
        return self.fresh_tweets.top(query, tweet, worth, limit)
