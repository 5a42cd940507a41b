"""Computes the features of examples, each as of just before it happened."""

from __future__ import annotations

import numpy as np

from ml.embeddings.encoder import Encoder
from ml.features import NAMES, Pairs, matrix
from ml.models.two_tower import DIM
from ml.progress import progress
from ml.state.events import Events
from ml.state.feature_state import FeatureState
from ml.training.examples import Examples
from ml.training.heavy_ranker import RankerRows
from ml.training.replay import walk


def featurise(
    state: FeatureState, events: Events, encoder: Encoder, examples: Examples
) -> RankerRows:
    """Replay the log and compute features before each bucket is applied.

    `state` must not have seen any of `events`; afterwards it has seen them all.
    """
    features = np.empty((len(examples), len(NAMES)), np.float32)
    viewer = np.empty(len(examples), np.int32)
    viewers = np.empty((len(examples), DIM), np.float32)  # room for as many as there can be
    count = 0
    with progress(len(examples), "replay", "rows") as shown:
        for rows in walk(state, events, examples.at):
            part = examples[rows]
            x = Pairs(state, encoder, part.viewer, part.tweet, part.at)
            features[rows] = matrix(x)
            viewer[rows] = count + x.viewers.which
            viewers[count : count + len(x.vectors)] = x.vectors
            count += len(x.vectors)
            shown.update(len(rows))
    return RankerRows(
        viewers[:count],
        encoder.tweets.vector,
        viewer,
        examples.tweet,
        features,
        examples.position,
        examples.label,
        examples.weight,
    )
