"""The feature matrix. A feature is a function of `Pairs`; its name is its column's name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ml.features import author, moment, relation, similarity, tweet, viewer
from ml.features.pairs import Pairs
from ml.features.tweet_feature_cache import TweetFeatureCache

__all__ = ["FEATURES", "GROUPS", "NAMES", "Feature", "Pairs", "TweetFeatureCache", "matrix"]

Feature = Callable[[Pairs], NDArray[np.floating]]

GROUPS: Final[Mapping[str, tuple[Feature, ...]]] = {
    "user": viewer.FEATURES,
    "interaction": relation.FEATURES,
    "embedding": similarity.FEATURES,
    "tweet": tweet.FEATURES + author.FEATURES,
    "temporal": moment.FEATURES,
}
FEATURES: Final = tuple(feature for group in GROUPS.values() for feature in group)
NAMES: Final = tuple(feature.__name__ for feature in FEATURES)
IMPERSONAL: Final = len(GROUPS["tweet"]) + len(GROUPS["temporal"])  # the last, whoever asks


def matrix(x: Pairs, impersonal: TweetFeatureCache | None = None) -> NDArray[np.float32]:
    """(pairs, features), in the order of `FEATURES`.

    Who asks often lets `impersonal` remember the features in which the viewer has no part.
    """
    out = np.empty((len(x), len(FEATURES)), np.float32)
    personal = len(FEATURES) - (IMPERSONAL if impersonal else 0)
    for column, feature in enumerate(FEATURES[:personal]):
        out[:, column] = feature(x)
    if impersonal:
        out[:, personal:] = impersonal.of(x, FEATURES[personal:])
    return out
