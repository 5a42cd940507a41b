"""The tweets that sources may propose: those inside the freshness window."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from app.pipeline.batch import CandidateBatch, Column, Rows
from app.pipeline.query import Query
from app.retrieval.age import ages_hours
from app.retrieval.memo import Memo
from app.retrieval.posts import fresh_posts
from app.retrieval.sort_keys import Keys, rows_of, sort_keys
from app.retrieval.top_k import top_k
from app.retrieval.topic_index import TopicIndex
from ml.arrays import Times
from ml.state.feature_state import FeatureState
from ml.state.tables.audience import PUBLIC


@dataclass(frozen=True, slots=True)
class Fresh:
    """The window at a moment: the public tweets inside it, oldest first."""

    oldest: int  # the time from which on tweets are fresh
    tweet: Rows
    author: Rows
    created_at: Times
    topic: NDArray[np.int32]  # tokens, 0 where there is none
    by_topic: TopicIndex


@dataclass(frozen=True)
class FreshTweets:
    """What sources share: the tweets of the window, and the top of them."""

    state: FeatureState
    max_age_hours: float
    at_least: int

    @cached_property
    def fresh(self) -> Memo[Fresh]:
        """The public tweets inside the window at a moment: all that a stranger may be shown."""
        return Memo(self.window, partial(attrgetter("tweets.version"), self.state))

    def window(self, now: int) -> Fresh:
        """The same, found anew."""
        tweets, window = self.state.tweets, (now, self.max_age_hours, self.at_least)
        tweet = self.state.fresh(*window)
        tweet = tweet[tweets.audience.visibility[tweet] == PUBLIC]
        topic = tweets.tags[tweet, 0].view(np.int32)
        return Fresh(
            self.state.oldest_fresh(*window),
            tweet,
            tweets.author[tweet],
            tweets.created_at[tweet],
            topic,
            TopicIndex.of(topic),
        )

    def by(
        self, query: Query, author: Rows, strength: Column, least: float, half_life_hours: float
    ) -> Keys:
        """The fresh tweets of some authors, by what they are worth."""
        posts = self.state.posts
        return fresh_posts(
            author,
            strength,
            least,
            half_life_hours,
            posts.data,
            posts.start,
            posts.length,
            self.state.tweets.created_at,
            self.fresh(query.now).oldest,
            query.now,
        )

    def top(self, tweet: Rows, worth: NDArray[np.floating], limit: int) -> CandidateBatch:
        """The `limit` tweets of the greatest worth, best first; of equals the older."""
        return self.best(sort_keys(worth.astype(np.float32, copy=False), tweet), limit)

    def best(self, keys: Keys, limit: int) -> CandidateBatch:
        """The `limit` best tweets, best first, of these sort keys."""
        tweet = rows_of(top_k(keys, limit))
        return CandidateBatch.of(tweet, self.state.tweets.author[tweet])

    def age_hours(self, tweet: Rows, now: int) -> NDArray[np.float64]:
        """Hours since each tweet was written; 24 where that is unknown."""
        return ages_hours(tweet, self.state.tweets.created_at, now)
