"""Pools for the listwise stage: what the sources of a feed would propose to a viewer."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows
from ml.embeddings.encoder import Encoder
from ml.embeddings.item_item import ItemItem
from ml.evidence.popularity import POPULAR_LATELY, Popularity
from ml.state.feature_state import FeatureState
from ml.state.tables.neighborhood import Neighborhood

ITEM_ITEM: Final = 300
POPULAR: Final = 100  # of all time, and as many of late
NEAR: Final = 150  # by the two towers
BY_FOLLOWEES: Final = 100  # the newest
OF_FOLLOWEES: Final = 100  # that they engaged with most


def pool_of(
    state: FeatureState,
    encoder: Encoder,
    item_item: ItemItem,
    around: Neighborhood,
    popularity: Popularity,
    vector: NDArray[np.float32],
    fresh: Rows,
    now: int,
) -> Rows:
    """The tweets that a viewer may be shown and some source proposes, each once, sorted.

    Args:
        around: the users around the viewer.
        vector: (dim,) of the viewer.
        fresh: the tweets that may be proposed now, oldest first.
    """
    logs = popularity.of(now)
    theirs = np.zeros(len(state.tweets), np.float64)
    theirs[item_item.tweet] = item_item.strength
    of_followees, times = np.unique(
        state.history.tweet[around.sampled_followees], return_counts=True
    )
    engaged = np.zeros(len(state.tweets))
    engaged[of_followees[of_followees >= 0]] = times[of_followees >= 0]
    posts, _ = state.posts.gather(around.following)
    by_followees = np.intersect1d(posts, fresh)
    newest = by_followees[np.argsort(-state.tweets.created_at[by_followees], kind="stable")]
    proposed = [
        _top(fresh, theirs[fresh], ITEM_ITEM, least=0.0),
        _top(fresh, logs[0, fresh], POPULAR),
        _top(fresh, logs[min(POPULAR_LATELY, len(logs) - 1), fresh], POPULAR),
        _top(fresh, encoder.tweets.vector[fresh] @ vector, NEAR),
        _top(fresh, engaged[fresh], OF_FOLLOWEES, least=0.0),
        newest[:BY_FOLLOWEES],
    ]
    pool = np.unique(np.concatenate(proposed)).astype(np.int32)
    author = state.tweets.author[pool]
    known = np.isin(pool, state.engaged_by(item_item.viewer)) | (author == item_item.viewer)
    stays: Rows = pool[~known & ~np.isin(author, around.excluded_authors)]
    return stays


def _top(row: Rows, worth: NDArray[np.floating], count: int, least: float = -np.inf) -> Rows:
    """The rows of the greatest worth above the least."""
    if count < len(row):
        best = np.argpartition(-worth, count)[:count]
        row, worth = row[best], worth[best]
    return row[worth > least]
