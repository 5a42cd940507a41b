"""The feature matrix. A feature is a function of `Pairs`; its name is its column's name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ml.features import author, moment, relation, similarity, tweet, viewer
from ml.features.pairs import Pairs

__all__ = ["FEATURES", "GROUPS", "NAMES", "Feature", "Pairs", "matrix"]

Feature = Callable[[Pairs], NDArray[np.floating]]

GROUPS: Final[Mapping[str, tuple[Feature, ...]]] = {
    "user": viewer.FEATURES,
    "tweet": tweet.FEATURES + author.FEATURES,
    "interaction": relation.FEATURES,
    "embedding": similarity.FEATURES,
    "temporal": moment.FEATURES,
}
FEATURES: Final = tuple(feature for group in GROUPS.values() for feature in group)
NAMES: Final = tuple(feature.__name__ for feature in FEATURES)


def matrix(x: Pairs) -> NDArray[np.float32]:
    """(pairs, features), in the order of `FEATURES`."""
    out = np.empty((len(x), len(FEATURES)), np.float32)
    for column, feature in enumerate(FEATURES):
        out[:, column] = feature(x)
    return out
