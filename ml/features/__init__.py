"""Which numbers describe a viewer and a tweet?

A feature is a function; its name is its column's, its docstring is its documentation. The type of
its argument says what it depends on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ml.features import author, moment, relation, similarity, tweet, viewer
from ml.features.pairs import Pairs
from ml.features.row_writer import Feature

__all__ = ["FEATURES", "GROUPS", "NAMES", "Feature", "Pairs", "matrix"]

GROUPS: Final[Mapping[str, tuple[Feature, ...]]] = {
    "user": viewer.FEATURES,
    "interaction": relation.FEATURES,
    "embedding": similarity.FEATURES,
    "tweet": tweet.FEATURES + author.FEATURES,
    "temporal": moment.FEATURES,
}
FEATURES: Final = tuple(feature for group in GROUPS.values() for feature in group)
NAMES: Final = tuple(feature.__name__ for feature in FEATURES)


def matrix(x: Pairs) -> NDArray[np.float32]:
    """(pairs, features), in the order of `FEATURES`."""
    return x.features(FEATURES)
