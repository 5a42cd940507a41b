"""What the models make of tweets and viewers: the vectors and scores that features read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ml.log.events import Rows, Times
from ml.state.feature_state import FeatureState

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class EncodedTweets:
    """What the models said of each tweet once, when it arrived."""

    vector: Vectors  # (tweets, dim), of length 1: the two-tower index
    content: Vectors  # (tweets, dim): what the user tower reads of a tweet in somebody's history
    nsfw: NDArray[np.float32]  # (tweets,) probability; NaN where no model was trained
    toxicity: NDArray[np.float32]


class Encoder(Protocol):
    """Vectors for tweets, made once, and for viewers, made anew for every request."""

    @property
    def tweets(self) -> EncodedTweets: ...

    @property
    def authors(self) -> Vectors:
        """(users, dim) vectors of any length, in the space of the viewers."""
        ...

    def viewers(self, state: FeatureState, viewer: Rows, now: Times) -> Vectors:
        """(viewers, dim) vectors of length 1."""
        ...
