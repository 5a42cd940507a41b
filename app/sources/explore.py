"""Tweets on a topic that the viewer may have come to like, to find out whether it is so."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.pipeline.batch import CandidateBatch, Mask, Rows
from app.pipeline.query import Query
from app.retrieval.fresh_tweets import FreshTweets
from ml.features import author, tweet
from ml.features.liking import liking
from ml.features.rates import engagement_rate
from ml.kernels import kernel
from ml.state.structures.counters import Counts, CountTable
from ml.state.structures.tokens import Tokens
from ml.state.tables.counted import counted
from ml.state.tables.counts import Count
from ml.state.tables.neighborhood import among

OF_TWEET, OF_AUTHOR = tweet.STRENGTH, author.STRENGTH


@dataclass(frozen=True, slots=True)
class Explore:
    """Tweets by strangers on one topic that the viewer engaged with lately, and that is not known
    to be theirs: the likeliest. The best received come first.

    Who engages off their usual track may have meant the author, or the topic. The ranker has seen
    too many of the first kind to believe in the second; a few more tweets tell. What is passed by
    is soon let go.
    """

    fresh_tweets: FreshTweets
    half_life_hours: float
    hopeful: float = 0.1  # a topic liked with a lower probability is not worth a place
    certain: float = 0.97  # a topic liked with a greater one needs no exploring

    def fetch(self, query: Query, limit: int) -> CandidateBatch:
        state, found = self.fresh_tweets.state, np.empty(0, np.int32)
        wanted = self._wanted(query)
        if wanted is None:
            return self.fresh_tweets.top(query, found, np.empty(0), limit)
        fresh = self.fresh_tweets.fresh(query.now)
        rows = np.flatnonzero(fresh.topic == wanted)
        rows = rows[self._may_be_tried(query, fresh.author[rows])]
        found = fresh.tweet[rows]
        received = _received(
            found,
            fresh.author[rows],
            query.now,
            state.tweet_counts.table,
            state.author_counts.table,
        )
        age_hours = self.fresh_tweets.age_hours(found, query.now)
        worth = received - np.log(2) / self.half_life_hours * age_hours
        return self.fresh_tweets.top(query, found, worth, limit)

    def _may_be_tried(self, query: Query, author: Rows) -> Mask:
        """Authors that the viewer neither follows nor excludes, nor wants to see less of."""
        unwanted = query.follows(author) | (author == query.viewer)
        may: Mask = ~(
            unwanted
            | among(author, query.neighborhood.excluded_authors)
            | among(author, query.neighborhood.see_fewer_authors)
        )
        return may

    def _wanted(self, query: Query) -> np.uint32 | None:
        """The topic to try, or None; of equally likely ones that of the newest engagement.

        Without impressions of the viewer it is unknown which topics they passed by.
        """
        state, viewer = self.fresh_tweets.state, np.array([query.viewer], np.int32)
        if not state.viewer_counts.read(viewer, query.now)[0, Count.IMPRESSION] > 0:
            return None
        latest, _, there = state.history.of(viewer)
        topic: Tokens = state.tweets.tags[latest[there], 0]
        declared = state.users.interests[query.viewer]
        topic = topic[(topic != 0) & (topic[:, None] != declared).all(axis=1)]
        likely = liking(state, query.viewer, topic, query.now)
        likely[likely > self.certain] = 0
        best = int(np.argmax(likely)) if len(topic) else -1
        return topic[best] if best >= 0 and likely[best] >= self.hopeful else None


@kernel
def _received(
    tweet: Rows, author: Rows, now: int, tweets: CountTable, authors: CountTable
) -> Counts:
    """(tweets,) how engaging each tweet and its author are, as the ranker's features have it."""
    received = np.empty(len(tweet), np.float64)
    for i in range(len(tweet)):
        received[i] = engagement_rate(counted(tweets, tweet[i], now), OF_TWEET)
        received[i] += engagement_rate(counted(authors, author[i], now), OF_AUTHOR)
    return received
