"""What the models make of tweets and viewers: the vectors and scores that features read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows, Times
from ml.state.feature_state import FeatureState
from ml.state.structures.growable import GrowableColumns
from ml.state.updates.apply_records import AppliedRecords

Vectors = NDArray[np.float32]


@dataclass(eq=False)
class EncodedTweets(GrowableColumns):
    """What the models say of each tweet. Of its safety they may come to think otherwise, as its
    author writes more."""

    FILL: ClassVar[Mapping[str, float]] = {
        "vector": 0,
        "content": 0,
        "nsfw": np.nan,
        "toxicity": np.nan,
    }

    vector: Vectors  # (tweets, dim), of length 1: the two-tower index
    content: Vectors  # (tweets, dim): what the user tower reads of a tweet in somebody's history
    nsfw: NDArray[np.float32]  # (tweets,) probability; NaN where no model was trained
    toxicity: NDArray[np.float32]


class Encoder(Protocol):
    """Vectors for tweets, made once, and for viewers, made anew for every request."""

    @property
    def tweets(self) -> EncodedTweets:
        """Of every tweet."""
        ...

    @property
    def authors(self) -> Vectors:
        """(users, dim) vectors of any length, in the space of the viewers."""
        ...

    def viewers(self, state: FeatureState, viewer: Rows, now: Times) -> Vectors:
        """(viewers, dim) vectors of length 1."""
        ...


class GrowingEncoder(Encoder, Protocol):
    """An encoder that follows a state as it grows."""

    def extend(self, state: FeatureState, taken: AppliedRecords) -> None:
        """React to what the state has taken in."""
        ...

    def keep(self, state: FeatureState, tweets: Rows) -> None:
        """Only these tweets, in rows of their own, as the state has let the others go."""
        ...
