"""Tweets that people engage with now; needs no knowledge of the viewer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from app.pipeline.batch import CandidateBatch, Rows
from app.pipeline.query import Query
from app.retrieval.age import age_hours
from app.retrieval.fresh_tweets import FreshTweets
from app.retrieval.sort_keys import Keys, scores_of, sort_key
from ml.arrays import Times
from ml.kernels import kernel
from ml.state.structures.counters import Counts, CountTable, Moments, fade
from ml.state.tables.counts import ENGAGED

NEWEST: Final = 1_024  # tweets that say what the others have to be worth
TOGETHER: Final = 256  # tweets that need as many engagements
ROUNDING: Final = 1e-3  # by which a worth may be too great or too little
_ENGAGED = tuple(int(kind) for kind in ENGAGED)


@dataclass(frozen=True, slots=True)
class Popular:
    """By likes, retweets and replies, which decay in `FeatureState`, and by recency.

    Each counts by how established the person is (`ml.state.tables.seniority`).
    """

    fresh_tweets: FreshTweets
    half_life_hours: float

    def fetch(self, query: Query, limit: int) -> CandidateBatch:
        fresh = self.fresh_tweets.fresh(query.now)
        newest = max(len(fresh.tweet) - max(NEWEST, limit), 0)
        keys = self._worth(fresh.tweet[newest:], fresh.created_at[newest:], query.now, -np.inf)
        if newest:
            keys.partition(limit - 1)
            least = float(scores_of(keys[limit - 1 : limit])[0]) if limit else np.inf
            older = self._worth(fresh.tweet[:newest], fresh.created_at[:newest], query.now, least)
            keys = np.concatenate([keys[:limit], older])
        return self.fresh_tweets.best(keys, limit)

    def _worth(self, tweet: Rows, created_at: Times, now: int, least: float) -> Keys:
        counts = self.fresh_tweets.state.tweet_counts.table
        return _engaged(tweet, created_at, *counts, now, self.half_life_hours, least)


@kernel
def _engaged(
    tweet: Rows,
    created_at: Times,
    value: Counts,
    newest: Moments,
    half_life_seconds: float,
    now: int,
    half_life_hours: float,
    least: float,
) -> Keys:
    """The tweets that may be worth so much at least, by what they are worth: twice the engagements
    make up for one half-life."""
    counts = CountTable(value, newest, half_life_seconds)
    keys, found = np.empty(len(tweet), np.int64), 0
    needed = 0.0  # engagements, had they not faded, by the youngest of some tweets
    for i in range(len(tweet)):
        if i % TOGETHER == 0:
            youngest = np.inf
            for j in range(i, min(i + TOGETHER, len(tweet))):
                youngest = min(youngest, age_hours(created_at[j], now))
            needed = np.exp2(least - ROUNDING + youngest / half_life_hours) - 1
        engaged = 0.0
        for kind in _ENGAGED:
            engaged += counts.value[tweet[i], kind]
        if max(engaged, 0.0) < needed:
            continue
        left = engaged * fade(counts, tweet[i], now) if engaged > 0 else 0.0
        worth = np.log2(1 + left) - age_hours(created_at[i], now) / half_life_hours
        keys[found] = sort_key(worth, tweet[i])
        found += 1
    return keys[:found]
