"""The arrays that hold what features read, as kernels take them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml.embeddings.communities import arrays_of
from ml.embeddings.encoder import Encoder
from ml.state.feature_state import FeatureState

Numbers = NDArray[np.float32]


# One by one, since kernels take a tuple apart at four times the cost.
def tables_of(state: FeatureState, encoder: Encoder) -> tuple[NDArray[Any] | float, ...]:
    """The arrays of a state as they are now, as `ml.features.loop.write` takes them; another event
    may replace them."""
    tweets, scores, graph, history = state.tweets, encoder.tweets, state.graph, state.history
    ties, topics = state.tie_counts, state.topic_counts
    return (
        tweets.author,
        tweets.created_at,
        tweets.tags,
        tweets.metadata,
        tweets.is_reply,
        scores.toxicity,
        scores.nsfw,
        state.users.interests,
        graph.followers,
        history.tweet,
        history.at,
        *state.tweet_counts.table,
        *state.author_counts.table,
        *state.viewer_counts.table,
        *ties.counts.table,
        *topics.counts.table,
        ties.index.table,
        topics.index.table,
        *arrays_of(state, encoder.members),
    )
