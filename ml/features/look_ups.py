"""Look-ups of the numbers that features read: the only code of features that sees arrays."""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows, Times
from ml.embeddings.encoder import Encoder, Vectors
from ml.embeddings.graph_feature_service import followees_following
from ml.embeddings.simclusters import cosine
from ml.features.numbers import Author, Pair, Tweet, Viewer
from ml.kernels import dot_kernel, kernel
from ml.state.feature_state import FeatureState
from ml.state.structures.counters import CountTable
from ml.state.structures.pair_index import PairTable, find
from ml.state.structures.tokens import Tokens
from ml.state.tables.counted import counted
from ml.state.tables.metadata import NAMES as METADATA
from ml.state.tables.neighborhood import place_among

Probabilities = NDArray[np.float32]
MEDIA, TEXT_LENGTH = METADATA.index("media"), METADATA.index("text_length")
LONGEST_HOURS = 1e7  # since a tweet was written; what is older is of unknown age


class Tweets(NamedTuple):
    """The arrays that hold what is known of tweets and of their authors."""

    author: Rows
    created_at: Times
    metadata: NDArray[np.float32]
    is_reply: NDArray[np.bool_]
    toxicity: Probabilities
    nsfw: Probabilities
    followers: NDArray[np.int64]
    counts: CountTable
    author_counts: CountTable


class Users(NamedTuple):
    """The arrays that hold what is known of users, and of what they did about others."""

    interests: Tokens
    tags: Tokens
    followers: NDArray[np.int64]
    counts: CountTable
    tie_index: PairTable
    ties: CountTable
    topic_index: PairTable
    topics: CountTable


class Around(NamedTuple):
    """The users around a viewer, sorted, and the viewer's vector."""

    following: Rows
    followers: Rows
    second_degree: Rows  # whom the followed follow, once per way there
    vector: NDArray[np.float32]


@kernel
def look_up_tweet(tweets: Tweets, row: int, now: int) -> Tweet:
    author = tweets.author[row]
    age_hours = max(now - tweets.created_at[row], 0) / 3600
    return Tweet(
        counted(tweets.counts, row, now),
        Author(
            counted(tweets.author_counts, author, now),
            tweets.followers[author] if author >= 0 else 0,
        ),
        age_hours if age_hours < LONGEST_HOURS else np.nan,
        float(tweets.metadata[row, MEDIA]),
        bool(tweets.is_reply[row]),
        float(tweets.metadata[row, TEXT_LENGTH]),
        float(tweets.toxicity[row]),
        float(tweets.nsfw[row]),
    )
