"""Tweets with the most recent engagements of all users; needs no knowledge of the viewer."""

from __future__ import annotations

from dataclasses import dataclass

from app.pipeline.batch import CandidateBatch
from app.pipeline.query import Query
from app.retrieval.fresh_tweets import FreshTweets
from ml.state.tables.counted import engaged


@dataclass(frozen=True, slots=True)
class Popular:
    """By likes, retweets and replies, which decay in `FeatureState`."""

    fresh_tweets: FreshTweets

    def fetch(self, query: Query, limit: int) -> CandidateBatch:
        tweet = self.fresh_tweets.fresh(query.now).tweet
        counts = self.fresh_tweets.state.tweet_counts.read(tweet, query.now)
        return self.fresh_tweets.top(query, tweet, engaged(counts), limit)
