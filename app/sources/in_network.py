"""Recent tweets by the people that the viewer follows (Earlybird)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.pipeline.batch import CandidateBatch
from app.pipeline.query import Query
from app.retrieval.fresh_tweets import FreshTweets

LEAST_TIE: Final = 0.05  # added to each, so that nobody who is followed is silent


@dataclass(frozen=True, slots=True)
class InNetwork:
    """By recency and by tie (RealGraph): twice the tie makes up for one half-life."""

    fresh_tweets: FreshTweets
    half_life_hours: float

    def fetch(self, query: Query, limit: int) -> CandidateBatch:
        keys = self.fresh_tweets.by(
            query,
            query.neighborhood.following,
            query.tie_strength,
            LEAST_TIE,
            self.half_life_hours,
        )
        return self.fresh_tweets.best(keys, limit)
