"""Tweets by strangers that are near the viewer's taste: CR-Mixer over the two towers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from app.pipeline.batch import CandidateBatch, Column, Rows
from app.pipeline.query import Query
from app.retrieval.fresh_tweets import FreshTweets
from ml.embeddings.encoder import Encoder, Vectors

TEMPERATURE: Final = 0.08  # a cosine greater by this multiplies the odds by e, about as trained


@dataclass(frozen=True, slots=True)
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

    def fetch(self, query: Query, limit: int) -> CandidateBatch:
        fresh = self.fresh_tweets.fresh(query.now)
        strangers = ~query.follows(fresh.author)
        tweet = fresh.tweet[strangers]
        fading = np.log(2) / self.half_life_hours * fresh.age_hours[strangers]
        lately = self._lately(query) if self.latest_share else None
        tastes = np.stack([query.vector] if lately is None else [query.vector, lately])
        worth = _cosines(self.encoder.tweets.vector, tweet, tastes) / TEMPERATURE - fading
        near, *also = (self.fresh_tweets.top(query, tweet, one, limit) for one in worth)
        return _interleaved(near, also[0], self.latest_share, limit) if also else near

    def _lately(self, query: Query) -> Column | None:
        """The mean vector of the viewer's latest engagements; None if there are no recent ones."""
        if query.viewer < 0:
            return None
        tweet, at, there = self.fresh_tweets.state.history.of(np.array([query.viewer], np.int32))
        since = query.now - int(self.latest_hours * 3600)
        recent = tweet[0, : self.latest][(there & (at >= since))[0, : self.latest]]
        if not len(recent):
            return None
        middle: Column = self.encoder.tweets.vector[recent].mean(axis=0)
        return middle / max(float(np.linalg.norm(middle)), 1e-9)


def _interleaved(
    one: CandidateBatch, other: CandidateBatch, share: float, limit: int
) -> CandidateBatch:
    """The best of both, each row once; of any first places the other has about its share."""
    turn = np.concatenate([np.arange(1, len(one) + 1) / (1 - share),
                           np.arange(1, len(other) + 1) / share])  # fmt: skip
    order = np.argsort(turn, kind="stable")
    tweet = np.concatenate([one.tweet, other.tweet])[order]
    first = np.sort(np.unique(tweet, return_index=True)[1])[:limit]
    author = np.concatenate([one.author, other.author])[order]
    return CandidateBatch.of(tweet[first], author[first])


def _cosines(vectors: Vectors, tweet: Rows, tastes: Vectors) -> Vectors:
    """(tastes, tweets), over the whole range of rows that holds the tweets: reading on beats
    picking out, and one taste after the other beats a product with a matrix of two rows."""
    low, high = tweet.min(initial=len(vectors)), tweet.max(initial=-1) + 1
    within = vectors[low:high]
    return np.stack([(within @ taste)[tweet - low] for taste in tastes])
