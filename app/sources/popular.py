"""Tweets with the most recent engagements of all users; needs no knowledge of the viewer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.pipeline.batch import CandidateBatch, Rows
from app.pipeline.query import Query
from app.retrieval.fresh_tweets import FreshTweets
from app.retrieval.sort_keys import Keys, sort_key
from ml.kernels import kernel
from ml.state.structures.counters import Counts, CountTable, Moments, fade
from ml.state.tables.counts import ENGAGED

_ENGAGED = tuple(int(kind) for kind in ENGAGED)


@dataclass(frozen=True, slots=True)
class Popular:
    """By likes, retweets and replies, which decay in `FeatureState`."""

    fresh_tweets: FreshTweets

    def fetch(self, query: Query, limit: int) -> CandidateBatch:
        tweet = self.fresh_tweets.fresh(query.now).tweet
        keys = _engagements(tweet, *self.fresh_tweets.state.tweet_counts.table, query.now)
        return self.fresh_tweets.best(keys, limit)


@kernel
def _engagements(
    tweet: Rows, value: Counts, newest: Moments, half_life_seconds: float, now: int
) -> Keys:
    """The tweets by how often people engaged with them, as of `now`."""
    counts = CountTable(value, newest, half_life_seconds)
    keys = np.empty(len(tweet), np.int64)
    for i in range(len(tweet)):
        engaged = 0.0
        for kind in _ENGAGED:
            engaged += counts.value[tweet[i], kind]
        worth = engaged * fade(counts, tweet[i], now) if engaged > 0 else 0.0
        keys[i] = sort_key(worth, tweet[i])
    return keys
