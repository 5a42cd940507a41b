"""Tweets that people engage with now; needs no knowledge of the viewer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from operator import attrgetter
from typing import Final

import numpy as np

from app.pipeline.batch import CandidateBatch, Rows
from app.pipeline.query import Query
from app.retrieval.age import age_hours
from app.retrieval.fresh_tweets import KEPT_SECONDS, FreshTweets
from app.retrieval.memo import Memo
from app.retrieval.sort_keys import Keys, scores_of, sort_key
from ml.arrays import Times
from ml.kernels import kernel
from ml.state.structures.counters import Counts, Moments, fade_since
from ml.state.tables.counts import ENGAGED

NEWEST: Final = 1_024  # tweets that say what the others have to be worth
TOGETHER: Final = 256  # tweets that need as many engagements
ROUNDING: Final = 1e-3  # by which a worth may be too great or too little
_ENGAGED = tuple(int(kind) for kind in ENGAGED)


@dataclass(frozen=True)
class Popular:
    """By likes, retweets and replies, which decay in `FeatureState`, and by recency.

    Each counts by how established the person is (`ml.state.tables.seniority`).
    """

    fresh_tweets: FreshTweets
    half_life_hours: float

    @cached_property
    def engaged(self) -> Memo[Counts]:
        """(tweets,) the engagements with each tweet that is recent at a moment or later, as of the
        newest of them: they do not fade until something happens."""
        state = self.fresh_tweets.state
        return Memo(self._engaged, partial(attrgetter("tweets.version", "version"), state))

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

    def _engaged(self, moment: int) -> Counts:
        value, _, _ = self.fresh_tweets.state.tweet_counts.table
        return _engagements(self.fresh_tweets.recent(moment).tweet, value)

    def _worth(self, tweet: Rows, created_at: Times, now: int, least: float) -> Keys:
        _, newest, half_life_seconds = self.fresh_tweets.state.tweet_counts.table
        return _worth(
            tweet,
            created_at,
            self.engaged(now - now % KEPT_SECONDS),
            newest,
            half_life_seconds,
            now,
            self.half_life_hours,
            least,
        )


@kernel
def _engagements(tweet: Rows, value: Counts) -> Counts:
    """(all tweets,) the engagements with each of some tweets; of the others nothing is known."""
    engaged = np.empty(len(value), np.float64)
    for row in tweet:
        total = 0.0
        for kind in _ENGAGED:
            total += value[row, kind]
        engaged[row] = total
    return engaged


@kernel
def _worth(
    tweet: Rows,
    created_at: Times,
    engaged: Counts,
    newest: Moments,
    half_life_seconds: float,
    now: int,
    half_life_hours: float,
    least: float,
) -> Keys:
    """The tweets that may be worth so much at least, by what they are worth: twice the engagements
    make up for one half-life."""
    keys, found = np.empty(len(tweet), np.int64), 0
    needed = 0.0  # engagements, had they not faded, by the youngest of some tweets
    for i in range(len(tweet)):
        if i % TOGETHER == 0:
            youngest = np.inf
            for j in range(i, min(i + TOGETHER, len(tweet))):
                youngest = min(youngest, age_hours(created_at[j], now))
            needed = np.exp2(least - ROUNDING + youngest / half_life_hours) - 1
        left = max(engaged[tweet[i]], 0.0)
        if left < needed:
            continue
        if left > 0:
            left *= fade_since(newest[tweet[i]], half_life_seconds, now)
        worth = np.log2(1 + left) - age_hours(created_at[i], now) / half_life_hours
        keys[found] = sort_key(worth, tweet[i])
        found += 1
    return keys[:found]
