"""Tweets that people engage with now; needs no knowledge of the viewer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.pipeline.batch import CandidateBatch, Rows
from app.pipeline.query import Query
from app.retrieval.age import age_hours
from app.retrieval.fresh_tweets import FreshTweets
from app.retrieval.sort_keys import Keys, sort_key
from ml.arrays import Times
from ml.kernels import kernel
from ml.state.structures.counters import Counts, CountTable, Moments, fade
from ml.state.tables.counts import ENGAGED

_ENGAGED = tuple(int(kind) for kind in ENGAGED)


@dataclass(frozen=True, slots=True)
class Popular:
    """By likes, retweets and replies, which decay in `FeatureState`, and by recency.

    Each counts by how established the person is (`ml.state.tables.seniority`).
    """

    fresh_tweets: FreshTweets
    half_life_hours: float

    def fetch(self, query: Query, limit: int) -> CandidateBatch:
        state = self.fresh_tweets.state
        keys = _engaged(
            self.fresh_tweets.fresh(query.now).tweet,
            *state.tweet_counts.table,
            state.tweets.created_at,
            query.now,
            self.half_life_hours,
        )
        return self.fresh_tweets.best(keys, limit)


@kernel
def _engaged(
    tweet: Rows,
    value: Counts,
    newest: Moments,
    half_life_seconds: float,
    created_at: Times,
    now: int,
    half_life_hours: float,
) -> Keys:
    """The tweets by what they are worth: twice the engagements make up for one half-life."""
    counts = CountTable(value, newest, half_life_seconds)
    keys = np.empty(len(tweet), np.int64)
    for i in range(len(tweet)):
        engaged = 0.0
        for kind in _ENGAGED:
            engaged += counts.value[tweet[i], kind]
        left = engaged * fade(counts, tweet[i], now) if engaged > 0 else 0.0
        age = age_hours(created_at[tweet[i]], now)
        worth = np.log2(1 + left) - age / half_life_hours
        keys[i] = sort_key(worth, tweet[i])
    return keys
