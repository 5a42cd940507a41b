"""Tweets that go with what the viewer engaged with: people who liked this also liked that."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.pipeline.batch import CandidateBatch, Rows
from app.pipeline.query import Query
from app.retrieval.age import age_hours
from app.retrieval.co_engaged import CoEngaged
from app.retrieval.fresh_tweets import FreshTweets
from app.retrieval.sort_keys import Keys, sort_key
from ml.arrays import Times
from ml.embeddings.neighbors import Strengths
from ml.kernels import kernel
from ml.state.structures.time_index import is_fresh


@dataclass(frozen=True, slots=True)
class ItemItem:
    """By co-engagement with the viewer's history, and by recency."""

    fresh_tweets: FreshTweets
    half_life_hours: float
    co_engaged: CoEngaged

    def fetch(self, query: Query, limit: int) -> CandidateBatch:
        state = self.fresh_tweets.state
        found = self.co_engaged.of(query)
        keys = _fresh(
            found.tweet,
            found.strength,
            state.tweets.created_at,
            self.fresh_tweets.fresh(query.now).oldest,
            query.now,
            self.half_life_hours,
        )
        return self.fresh_tweets.best(keys, limit)


@kernel
def _fresh(
    tweet: Rows,
    strength: Strengths,
    created_at: Times,
    oldest: int,
    now: int,
    half_life_hours: float,
) -> Keys:
    """The fresh tweets, by what they are worth."""
    keys, count = np.empty(len(tweet), np.int64), 0
    for i in range(len(tweet)):
        written = created_at[tweet[i]]
        if is_fresh(written, oldest, now):
            worth = np.log2(strength[i]) - age_hours(written, now) / half_life_hours
            keys[count] = sort_key(worth, tweet[i])
            count += 1
    return keys[:count]
