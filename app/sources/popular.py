"""Tweets with the most recent engagements of all users; needs no knowledge of the viewer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.pipeline.batch import CandidateBatch, Column, Rows
from app.pipeline.query import Query
from app.retrieval.fresh_tweets import FreshTweets
from ml.kernels import kernel
from ml.state.structures.counters import CountTable, fade
from ml.state.tables.counts import ENGAGED

_ENGAGED = tuple(int(kind) for kind in ENGAGED)


@dataclass(frozen=True, slots=True)
class Popular:
    """By likes, retweets and replies, which decay in `FeatureState`."""

    fresh_tweets: FreshTweets

    def fetch(self, query: Query, limit: int) -> CandidateBatch:
        tweet = self.fresh_tweets.fresh(query.now).tweet
        worth = _engagements(tweet, self.fresh_tweets.state.tweet_counts.table, query.now)
        return self.fresh_tweets.top(tweet, worth, limit)


@kernel
def _engagements(tweet: Rows, counts: CountTable, now: int) -> Column:
    """How often people engaged with each tweet, as of `now`."""
    worth = np.empty(len(tweet), np.float32)
    for i in range(len(tweet)):
        engaged = 0.0
        for kind in _ENGAGED:
            engaged += counts.value[tweet[i], kind]
        worth[i] = engaged * fade(counts, tweet[i], now) if engaged > 0 else 0.0
    return worth
