"""Tweets by authors that the viewer might want to follow (FRS as a source of tweets)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.follow_recommendations.recommender import FollowRecommender
from app.pipeline.batch import CandidateBatch
from app.pipeline.query import Query
from app.retrieval.fresh_tweets import FreshTweets

LEAST_SCORE: Final = 1e-9  # added to each, so that all have a logarithm


@dataclass(frozen=True, slots=True)
class FollowRecs:
    """By recommendation and by recency: twice the recommendation makes up for one half-life."""

    fresh_tweets: FreshTweets
    who: FollowRecommender
    half_life_hours: float
    people: int = 10

    def fetch(self, query: Query, limit: int) -> CandidateBatch:
        author, score = self.who.best(query, self.people)
        keys = self.fresh_tweets.by(query, author, score, LEAST_SCORE, self.half_life_hours)
        return self.fresh_tweets.best(keys, limit)
