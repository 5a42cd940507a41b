"""The arrays that hold what features read, as kernels take them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows, Times
from ml.embeddings.encoder import Encoder
from ml.state.feature_state import FeatureState
from ml.state.structures.counters import CountTable
from ml.state.structures.pair_index import PairTable
from ml.state.structures.tokens import Tokens

Numbers = NDArray[np.float32]


class Catalog(NamedTuple):
    """What is known of tweets."""

    author: Rows
    created_at: Times
    tags: Tokens
    metadata: Numbers
    is_reply: NDArray[np.bool_]
    toxicity: Numbers
    nsfw: Numbers
    vector: Numbers


class People(NamedTuple):
    """What is known of users."""

    interests: Tokens
    followers: NDArray[np.int64]
    engaged: Rows  # the tweets that each engaged with, the newest first
    engaged_at: Times


class CountTables(NamedTuple):
    """What is counted of tweets, authors, viewers, and what viewers do about authors and topics."""

    tweet: CountTable
    author: CountTable
    viewer: CountTable
    tie_index: PairTable
    tie: CountTable
    topic_index: PairTable
    topic: CountTable


class Around(NamedTuple):
    """The users around the viewer, by row; sorted, but for the sample."""

    following: Rows
    followers: Rows
    second_degree: Rows  # whom the sampled followees follow, once per way there
    sampled_followees: Rows


def tables_of(state: FeatureState, encoder: Encoder) -> tuple[Catalog, People, CountTables]:
    """The arrays of a state as they are now; another event may replace them."""
    tweets, scores = state.tweets, encoder.tweets
    return (
        Catalog(
            tweets.author,
            tweets.created_at,
            tweets.tags,
            tweets.metadata,
            tweets.is_reply,
            scores.toxicity,
            scores.nsfw,
            scores.vector,
        ),
        People(state.users.interests, state.graph.followers, state.history.tweet, state.history.at),
        CountTables(
            state.tweet_counts.table,
            state.author_counts.table,
            state.viewer_counts.table,
            state.tie_counts.index.table,
            state.tie_counts.counts.table,
            state.topic_counts.index.table,
            state.topic_counts.counts.table,
        ),
    )
