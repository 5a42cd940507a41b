"""Tweets by strangers that are near the viewer's taste: CR-Mixer over the two towers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from app.pipeline.batch import CandidateBatch, Column, Rows
from app.pipeline.query import Query
from app.retrieval.age import age_hours
from app.retrieval.fresh_tweets import FreshTweets
from app.retrieval.in_turns import in_turns
from app.retrieval.last_query import LastQuery
from app.retrieval.near_tweets import FEWEST, NearTweets, WithinReach
from app.retrieval.nearest import nearness
from app.retrieval.sort_keys import Keys, sort_key
from app.retrieval.top_k import best_rows
from ml.arrays import Times
from ml.embeddings.encoder import Encoder, Vectors
from ml.kernels import kernel

LOOKED_AT: Final = 3  # times as many tweets as are wanted
TEMPERATURE: Final = 0.08  # a cosine greater by this multiplies the odds by e, about as trained


@dataclass(frozen=True)
class OutOfNetwork:
    """By cosine and by recency: nearness alone would fill the feed with good old tweets.

    Some places go to tweets near the viewer's latest engagements rather than near all of them,
    so that the source follows a new interest at once. Without a trained model all cosines are
    zero, and the newest come first.
    """

    fresh_tweets: FreshTweets
    encoder: Encoder
    half_life_hours: float
    latest: int = 3  # engagements
    latest_hours: float = 48
    latest_share: float = 0.3

    @cached_property
    def near_tweets(self) -> NearTweets:
        """The tweets that are looked at."""
        return NearTweets(self.fresh_tweets, self.encoder, TEMPERATURE, self.half_life_hours)

    @cached_property
    def within_reach(self) -> LastQuery[tuple[WithinReach, Column | None]]:
        """What may be near the taste of a viewer, or near what they did last; and the latter, if
        that was lately."""
        return LastQuery(self._within_reach)

    def fetch(self, query: Query, limit: int) -> CandidateBatch:
        within_reach, lately = self.within_reach(query)
        near = within_reach.best(max(FEWEST, LOOKED_AT * limit))
        near_taste, near_lately = _by_strangers(
            near.tweet,
            near.author,
            near.created_at,
            self.encoder.tweets.vector,
            query.vector,
            query.vector if lately is None else lately,
            query.neighborhood.following,
            len(self.fresh_tweets.state.users),
            self.half_life_hours,
            query.now,
        )
        if lately is None:
            return self.fresh_tweets.best(near_taste, limit)
        best, latest = best_rows(near_taste, limit), best_rows(near_lately, limit)
        author = self.fresh_tweets.state.tweets.author
        return in_turns(best, latest, self.latest_share, limit, author)

    def _within_reach(self, query: Query) -> tuple[WithinReach, Column | None]:
        lately = self._lately(query) if self.latest_share else None
        tastes = [query.vector] if lately is None else [query.vector, lately]
        return self.near_tweets.of(tastes, query.now), lately

    def _lately(self, query: Query) -> Column | None:
        """The mean vector of the viewer's latest engagements; None if there are no recent ones."""
        if query.viewer < 0:
            return None
        history = self.fresh_tweets.state.history
        middle, recent = _middle(
            history.tweet[query.viewer, : self.latest],
            history.at[query.viewer, : self.latest],
            query.now - int(self.latest_hours * 3600),
            self.encoder.tweets.vector,
        )
        return middle if recent else None


@kernel
def _middle(tweet: Rows, at: Times, since: int, vectors: Vectors) -> tuple[Column, int]:
    """The mean of the vectors of tweets, made one of length 1; how many are of `since` or later."""
    middle, recent, square = np.empty(vectors.shape[1], np.float32), 0, 0.0
    middle[:] = 0.0
    for i in range(len(tweet)):
        if tweet[i] >= 0 and at[i] >= since:
            recent += 1
            for k in range(len(middle)):
                middle[k] += vectors[tweet[i], k]
    for k in range(len(middle)):
        square += middle[k] * middle[k]
    for k in range(len(middle)):
        middle[k] /= max(np.sqrt(square), 1e-9)
    return middle, recent


@kernel
def _by_strangers(
    tweet: Rows,
    author: Rows,
    created_at: Times,
    vectors: Vectors,
    taste: Column,
    lately: Column,
    following: Rows,
    users: int,
    half_life_hours: float,
    now: int,
) -> tuple[Keys, Keys]:
    """The tweets by authors that are not followed, by their worth to either taste."""
    followed = np.empty(users, np.bool_)
    followed[:] = False
    for who in following:
        followed[who] = True
    row, fading, found = np.empty(len(tweet), np.int32), np.empty(len(tweet), np.float64), 0
    for i in range(len(tweet) - 1, -1, -1):
        if author[i] < 0 or not followed[author[i]]:
            row[found] = tweet[i]
            fading[found] = np.log(2) / half_life_hours * age_hours(created_at[i], now)
            found += 1
    near_taste, near_lately = np.empty(found, np.int64), np.empty(found, np.int64)
    half = (found + 1) // 2
    for i in range(half):
        j = min(i + half, found - 1)
        to_taste, to_lately, next_to_taste, next_to_lately = nearness(
            vectors, row[i], row[j], taste, lately
        )
        near_taste[i] = sort_key(to_taste / TEMPERATURE - fading[i], row[i])
        near_lately[i] = sort_key(to_lately / TEMPERATURE - fading[i], row[i])
        near_taste[j] = sort_key(next_to_taste / TEMPERATURE - fading[j], row[j])
        near_lately[j] = sort_key(next_to_lately / TEMPERATURE - fading[j], row[j])
    return near_taste, near_lately
