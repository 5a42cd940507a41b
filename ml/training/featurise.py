"""Computes the features of examples, each as of just before it happened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

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

ALL: Final = slice(None)


def featurise(
    state: FeatureState,
    events: Events,
    encoder: Encoder,
    examples: Examples,
    segment: slice = ALL,
    elsewhere: Callable[[], int] = lambda: 0,
) -> RankerRows:
    """Replay the log and compute features before each bucket is applied.

    `state` must not have seen any of `events`; afterwards it has seen them all, or those before the
    end of the segment.

    Args:
        segment: of the examples; its rows are those of the buckets that begin in it. What happened
            before is applied bucket by bucket as well: the last digits of counters depend on it.
        elsewhere: how many rows were computed elsewhere since it was last asked, to be shown.
    """
    length = len(examples)
    first, last, _ = segment.indices(length)
    features = np.empty((length, len(NAMES)), np.float32)  # takes memory where it is written
    viewer = np.empty(length, np.int32)
    viewers = np.empty((length, DIM), np.float32)  # room for as many as there can be
    count = start = end = 0
    with progress(length, "replay", "rows") as shown:
        for rows in walk(state, events, examples.at):
            if rows[0] >= last:
                break
            end = int(rows[-1]) + 1
            if rows[0] < first:
                start = end
                continue
            part = examples[rows]
            x = Pairs(state, encoder, part.viewer, part.tweet, part.at)
            features[rows] = matrix(x)
            viewer[rows] = count + x.viewers.which
            viewers[count : count + len(x.vectors)] = x.vectors
            count += len(x.vectors)
            shown.update(len(rows) + elsewhere())
    some = examples[start:end]
    return RankerRows(
        viewers[:count],
        encoder.tweets.vector,
        viewer[start:end],
        some.tweet,
        features[start:end],
        some.position,
        some.label,
        some.weight,
    )
