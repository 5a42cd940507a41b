"""The tweets that sources may propose: those inside the freshness window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from operator import attrgetter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.pipeline.batch import CandidateBatch, Column, Rows
from app.pipeline.query import Query
from app.retrieval.age import ages_hours
from app.retrieval.memo import Memo
from app.retrieval.posts import fresh_posts
from app.retrieval.recent_tweets import Recent, RecentTweets
from app.retrieval.sort_keys import Keys, sort_keys
from app.retrieval.top_k import best_rows
from app.retrieval.topic_index import TopicIndex, Topics
from ml.arrays import Times
from ml.state.feature_state import FeatureState

KEPT_SECONDS: Final = 600  # what is known of tweets is looked up as of a multiple of these


@dataclass(frozen=True, slots=True)
class Fresh:
    """The window at a moment: the public tweets inside it, oldest first."""

    oldest: int  # the time from which on tweets are fresh
    tweet: Rows
    author: Rows
    created_at: Times
    topic: Topics
    by_topic: TopicIndex  # of a list that holds these from a place on
    first: int  # this place


@dataclass(frozen=True)
class FreshTweets:
    """What sources share: the tweets of the window, and the top of them."""

    state: FeatureState
    max_age_hours: float
    at_least: int

    @cached_property
    def fresh(self) -> Memo[Fresh]:
        """The public tweets inside the window at a moment: all that a stranger may be shown."""
        return Memo(self._fresh, self._version)

    @cached_property
    def recent(self) -> Memo[Recent]:
        """The public tweets inside the window at a moment, or at a later one."""
        return Memo(self._recent_tweets, self._version)

    def window(self, now: int) -> Fresh:
        """The same as `fresh`, found anew."""
        return self._part(self._recent_tweets.anew(now), now)

    @cached_property
    def _recent_tweets(self) -> RecentTweets:
        return RecentTweets(self.state, self.max_age_hours, self.at_least)

    @property
    def _version(self) -> Callable[[], int]:
        return partial(attrgetter("tweets.version"), self.state)

    def _fresh(self, now: int) -> Fresh:
        return self._part(self.recent(now - now % KEPT_SECONDS), now)

    def _part(self, recent: Recent, now: int) -> Fresh:
        """What is fresh at a moment, of what is recent as of that moment or an earlier one."""
        window = now, self.max_age_hours, self.at_least
        places = self.state.fresh_places(*window)
        unknown, start, end = recent.place.searchsorted(places).tolist()
        if 0 < unknown < start:  # those of unknown time are not beside the others
            recent = recent.only(np.concatenate([np.arange(unknown), np.arange(start, end)]))
            start, end = unknown, len(recent.tweet)
        part = slice(start - unknown, end)
        return Fresh(
            self.state.oldest_fresh(*window),
            recent.tweet[part],
            recent.author[part],
            recent.created_at[part],
            recent.topic[part],
            recent.by_topic,
            part.start,
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
        tweet = best_rows(keys, limit)
        return CandidateBatch.of(tweet, self.state.tweets.author[tweet])

    def age_hours(self, tweet: Rows, now: int) -> NDArray[np.float64]:
        """Hours since each tweet was written; 24 where that is unknown."""
        return ages_hours(tweet, self.state.tweets.created_at, now)
