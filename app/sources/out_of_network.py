"""What is near your taste among the people you do not follow: CR-Mixer over the two towers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from app.pipeline.batch import CandidateBatch, Column, Rows
from app.pipeline.query import Query
from app.sources.shelf import Shelf
from ml.embeddings.encoder import Encoder, Vectors

TEMPERATURE: Final = 0.08  # so much more cosine is worth e times the odds, about as trained


@dataclass(frozen=True, slots=True)
class OutOfNetwork:
    """By cosine and by recency: nearness alone would fill the feed with good old tweets.

    Without a trained model all cosines are zero, and the newest come first.
    """

    shelf: Shelf
    encoder: Encoder
    half_life_hours: float

    def fetch(self, query: Query, limit: int) -> CandidateBatch:
        fresh = self.shelf.fresh(query.now)
        strangers = ~query.follows(fresh.author)
        tweet = fresh.tweet[strangers]
        cosine = _cosine(self.encoder.tweets.vector, tweet, query.vector)
        fading = np.log(2) / self.half_life_hours * fresh.age_hours[strangers]
        worth = cosine / TEMPERATURE - fading
        return self.shelf.best(query, tweet, worth, limit)


def _cosine(vectors: Vectors, tweet: Rows, viewer: Column) -> Column:
    """Over the whole range of rows that holds the tweets: reading on beats picking out."""
    low, high = tweet.min(initial=len(vectors)), tweet.max(initial=-1) + 1
    cosine: Column = (vectors[low:high] @ viewer)[tweet - low]
    return cosine
