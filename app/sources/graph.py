"""Tweets that followees engaged with lately: UTEG, after GraphJet (Sharma et al., 2016)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from app.pipeline.batch import CandidateBatch, Column, Rows
from app.pipeline.query import Query
from app.retrieval.age import age_hours
from app.retrieval.fresh_tweets import FreshTweets
from app.retrieval.sort_keys import Keys, sort_key
from ml.arrays import Times
from ml.embeddings.graph_feature_service import PROOF_HOURS
from ml.kernels import kernel
from ml.state.structures.scratch_table import FREE, scratch_table, slot_of
from ml.state.structures.time_index import is_fresh
from ml.state.tables.history import LENGTH
from ml.state.tables.neighborhood import places_among

LEAST_TIE: Final = 0.05  # added to each, so that every followee counts


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
        keys = _proven(
            query.neighborhood.following,
            query.tie_strength,
            state.history.tweet,
            state.history.at,
            state.tweets.author,
            state.tweets.created_at,
            query.now - int(self.lately_hours * 3600),
            self.fresh_tweets.fresh(query.now).oldest,
            query.now,
            self.min_social_proof,
            self.half_life_hours,
        )
        return self.fresh_tweets.best(keys, limit)


@kernel
def _proven(
    following: Rows,
    tie: Column,
    engaged: Rows,
    engaged_at: Times,
    author: Rows,
    created_at: Times,
    since: int,
    oldest: int,
    now: int,
    min_proof: int,
    half_life_hours: float,
) -> Keys:
    """The fresh tweets by others that enough followees engaged with after `since`."""
    room = 0  # counted first, since a table that is too large takes the place of all else in caches
    for who in following:
        for place in range(LENGTH):
            if engaged_at[who, place] <= since:  # the newest come first
                break
            room += 1
    table = scratch_table(room)
    place_of = np.empty(len(table), np.int32)
    tweet, by, found = np.empty(room, np.int32), np.empty(room, np.int32), 0
    weight, proof = np.empty(room, np.float64), np.empty(room, np.int32)
    weight[:], proof[:] = 0.0, 0
    for i in range(len(following)):
        for place in range(LENGTH):
            row, at = engaged[following[i], place], engaged_at[following[i], place]
            if at <= since:
                break
            if row < 0 or at > now:
                continue
            slot = slot_of(table, row)
            if table[slot] == FREE:
                table[slot], place_of[slot] = row, -1
                if is_fresh(created_at[row], oldest, now):
                    tweet[found], by[found], place_of[slot] = row, author[row], found
                    found += 1
            if place_of[slot] >= 0:
                weight[place_of[slot]] += tie[i] + LEAST_TIE
                proof[place_of[slot]] += 1
    keys, proven, follows = np.empty(found, np.int64), 0, places_among(by[:found], following)
    for place in range(found):
        if follows[place] < 0 and proof[place] >= min_proof:
            age = age_hours(created_at[tweet[place]], now)
            worth = np.log2(weight[place] + 1e-9) - age / half_life_hours
            keys[proven] = sort_key(worth, tweet[place])
            proven += 1
    return keys[:proven]
