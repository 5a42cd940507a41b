"""Tweets at moments, without a viewer: all that a feature remembered across viewers may read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows, Times
from ml.embeddings.encoder import Encoder, Vectors
from ml.state.feature_state import FeatureState
from ml.state.structures.counters import Counts

Values = NDArray[np.floating]


class TweetView:
    """Rows of (tweet, now); what several features read is looked up once, on first use.

    A feature whose argument has this type is the same for every viewer. `Pairs` is such a view
    with viewers.
    """

    state: FeatureState
    encoder: Encoder
    tweet: Rows
    now: Times

    def __len__(self) -> int:
        return len(self.tweet)

    @cached_property
    def now_or_one(self) -> Times:
        """(rows or 1,) the moment of each row, or the only one."""
        now = self.now
        return now[:1] if len(now) and (now == now[0]).all() else now

    @cached_property
    def author(self) -> Rows:
        return self.state.tweets.author[self.tweet]

    @cached_property
    def tweet_counts(self) -> Counts:
        """(rows, counts)"""
        return self.state.tweet_counts.read(self.tweet, self.now)

    @cached_property
    def author_counts(self) -> Counts:
        """(rows, counts)"""
        return self.state.author_counts.read(self.author, self.now)

    @cached_property
    def tweet_vector(self) -> Vectors:
        """(rows, dim)"""
        return self.encoder.tweets.vector[self.tweet]

    @cached_property
    def age_hours(self) -> Values:
        """Hours since the tweet was written; NaN where that is not known."""
        written = self.state.tweets.created_at[self.tweet]
        age = np.maximum(self.now - written, 0) / 3600
        return np.where(age < 1e7, age, np.nan)


@dataclass(frozen=True)
class TweetMoments(TweetView):
    """A view that has no viewer, whatever is asked of it."""

    state: FeatureState
    encoder: Encoder
    tweet: Rows
    now: Times

    @classmethod
    def at(cls, state: FeatureState, encoder: Encoder, tweet: Rows, now: int) -> TweetMoments:
        """Many tweets, one moment."""
        return cls(state, encoder, tweet, np.full(len(tweet), now, np.int64))
