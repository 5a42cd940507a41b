"""Tweets that most people are engaged with: of all time, and of late."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.pipeline.batch import CandidateBatch
from app.pipeline.query import Query
from app.retrieval.fresh_tweets import FreshTweets
from app.retrieval.in_turns import in_turns
from app.retrieval.sort_keys import sort_keys
from app.retrieval.top_k import best_rows
from ml.evidence.popularity import POPULAR_LATELY, Popularity

LATELY: Final = 0.5  # the share of the places for what is popular of late


@dataclass(frozen=True, slots=True)
class MostPopular:
    """By the number of people; the counts of `Popular` fade within days."""

    fresh_tweets: FreshTweets
    popularity: Popularity

    def fetch(self, query: Query, limit: int) -> CandidateBatch:
        tweet, logs = self.fresh_tweets.fresh(query.now).tweet, self.popularity.of(query.now)
        if len(logs) <= POPULAR_LATELY:
            return self.fresh_tweets.top(tweet, logs[0, tweet], limit)
        ever, lately = (
            best_rows(sort_keys(logs[row, tweet], tweet), limit) for row in (0, POPULAR_LATELY)
        )
        return in_turns(ever, lately, LATELY, limit, self.fresh_tweets.state.tweets.author)
