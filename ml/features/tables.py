"""The arrays that hold what features read, as kernels take them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows, Times
from ml.embeddings.communities import CommunityArrays, arrays_of
from ml.embeddings.encoder import Encoder
from ml.state.feature_state import FeatureState
from ml.state.structures.counters import Counts
from ml.state.structures.pair_index import PairTable
from ml.state.structures.tokens import Tokens

Numbers = NDArray[np.float32]


# Kernels take tuples apart at once; one whose parts have names would take longer to hand over.
Catalog = tuple[  # what is known of tweets
    Rows,  # authors
    Times,  # when they were written
    Tokens,  # tags, the topic first
    Numbers,  # metadata
    NDArray[np.bool_],  # whether they are replies
    Numbers,  # toxicity
    Numbers,  # nsfw
    Numbers,  # vectors
]
People = tuple[  # what is known of users
    Tokens,  # interests
    NDArray[np.int64],  # how many follow them
    Rows,  # the tweets that each engaged with, the newest first
    Times,  # when
]
Table = tuple[Counts, NDArray[np.float64], float]  # the parts of a `CountTable`
CountTables = tuple[
    Table,  # of tweets
    Table,  # of authors
    Table,  # of viewers
    Table,  # of what viewers did about authors
    Table,  # of what viewers did about topics
    PairTable,  # the rows of (viewer, author)
    PairTable,  # the rows of (viewer, topic)
]
Around = tuple[  # the users around the viewer, by row; sorted, but for the sample
    Rows,  # whom they follow
    Rows,  # who follows them
    Rows,  # whom the sampled followees follow, once per way there
    Rows,  # whom the followers follow, likewise
    Rows,  # the sampled followees
]


def tables_of(
    state: FeatureState, encoder: Encoder
) -> tuple[Catalog, People, CountTables, CommunityArrays]:
    """The arrays of a state as they are now; another event may replace them."""
    tweets, scores = state.tweets, encoder.tweets
    return (
        (
            tweets.author,
            tweets.created_at,
            tweets.tags,
            tweets.metadata,
            tweets.is_reply,
            scores.toxicity,
            scores.nsfw,
            scores.vector,
        ),
        (state.users.interests, state.graph.followers, state.history.tweet, state.history.at),
        (
            state.tweet_counts.table,
            state.author_counts.table,
            state.viewer_counts.table,
            state.tie_counts.counts.table,
            state.topic_counts.counts.table,
            state.tie_counts.index.table,
            state.topic_counts.index.table,
        ),
        arrays_of(state, encoder.members),
    )
