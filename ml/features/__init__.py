"""Which numbers describe a viewer and a tweet?

A feature is a function; its name is its column's, its docstring is its documentation. The type of
its argument says how often it is computed: one of `Pairs` per pair, one of `TweetView` once for
all viewers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final, get_type_hints

import numpy as np
from numpy.typing import NDArray

from ml.features import author, moment, relation, similarity, tweet, viewer
from ml.features.pairs import Pairs
from ml.features.tweet_feature_cache import TweetFeatureCache
from ml.features.tweet_view import TweetView

__all__ = ["FEATURES", "GROUPS", "NAMES", "Feature", "Pairs", "TweetFeatureCache", "matrix"]

Feature = Callable[[Any], NDArray[np.floating]]  # of `Pairs`, or of `TweetView`

GROUPS: Final[Mapping[str, tuple[Feature, ...]]] = {
    "user": viewer.FEATURES,
    "interaction": relation.FEATURES,
    "embedding": similarity.FEATURES,
    "tweet": tweet.FEATURES + author.FEATURES,
    "temporal": moment.FEATURES,
}
FEATURES: Final = tuple(feature for group in GROUPS.values() for feature in group)
NAMES: Final = tuple(feature.__name__ for feature in FEATURES)


def matrix(x: Pairs, remembered: TweetFeatureCache | None = None) -> NDArray[np.float32]:
    """(pairs, features), in the order of `FEATURES`.

    With a cache, the features that have no viewer are computed once per tweet and moment; the
    pairs must then share one moment.
    """
    out = np.empty((len(x), len(FEATURES)), np.float32)
    of_tweets = _of_tweets(FEATURES) if remembered else ()
    for column, feature in enumerate(FEATURES):
        if column not in of_tweets:
            out[:, column] = feature(x)
    if remembered:
        out[:, of_tweets] = remembered.of(x, tuple(FEATURES[column] for column in of_tweets))
    return out


@cache
def _of_tweets(features: tuple[Feature, ...]) -> tuple[int, ...]:
    """The columns of the features whose argument has no viewer."""
    return tuple(column for column, one in enumerate(features) if _argument(one) is TweetView)


def _argument(feature: Feature) -> type:
    hints = get_type_hints(feature)
    hints.pop("return")
    argument: type
    (argument,) = hints.values()
    return argument
