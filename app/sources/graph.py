"""Tweets that followees engaged with lately: UTEG, after GraphJet (Sharma et al., 2016)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.pipeline.batch import CandidateBatch, Rows
from app.pipeline.query import Query
from app.retrieval.fresh_tweets import FreshTweets
from ml.arrays import Times
from ml.embeddings.graph_feature_service import PROOF_HOURS


@dataclass(frozen=True, slots=True)
class Graph:
    """By social proof: how many of your followees engaged, each weighted by your tie to them.

    Tweets by followees are left to `InNetwork`, so an author is never their own proof.
    """

    fresh_tweets: FreshTweets
    half_life_hours: float
    min_social_proof: int = 1
    lately_hours: float = PROOF_HOURS

    def fetch(self, query: Query, limit: int) -> CandidateBatch:
        state = self.fresh_tweets.state
        tweet, followee = self._engagements(query)
        foreign = ~query.follows(state.tweets.author[tweet])
        tweet, who = np.unique(tweet[foreign], return_inverse=True)
        proof = np.bincount(who, minlength=len(tweet))
        weight = np.bincount(
            who, weights=query.tie_strength[followee[foreign]] + 0.05, minlength=len(tweet)
        )
        age_hours = self.fresh_tweets.age_hours(tweet, query.now)
        worth = np.log2(weight + 1e-9) - age_hours / self.half_life_hours
        proven = (proof >= self.min_social_proof) & self.fresh_tweets.is_fresh(query, tweet)
        return self.fresh_tweets.top(query, tweet[proven], worth[proven], limit)

    def _engagements(self, query: Query) -> tuple[Rows, NDArray[np.intp]]:
        """Engaged tweets and the position of the followee in `following`, once per pair."""
        tweet, at, there = self.fresh_tweets.state.history.of(
            query.neighborhood.following
        )  # (following, LENGTH)
        followee, slot = np.nonzero(there & self._lately(at, query.now))
        pair = np.unique(followee << 32 | tweet[followee, slot])
        return (pair & 0xFFFFFFFF).astype(np.int32), pair >> 32

    def _lately(self, at: Times, now: int) -> NDArray[np.bool_]:
        lately: NDArray[np.bool_] = (at <= now) & (at > now - int(self.lately_hours * 3600))
        return lately
