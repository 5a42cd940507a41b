"""The encoder interface: vectors and safety scores of tweets, authors and viewers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows, Times
from ml.embeddings.cells import Cells
from ml.embeddings.cells import Vectors as Vectors
from ml.embeddings.communities import MemberTable
from ml.state.feature_state import FeatureState
from ml.state.structures.growable import GrowableColumns
from ml.state.updates.apply_records import AppliedRecords


@dataclass(eq=False)
class EncodedTweets(GrowableColumns):
    """The vectors and safety scores of all tweets; scores change as their author writes more."""

    FILL: ClassVar[Mapping[str, float]] = {
        "vector": 0,
        "content": 0,
        "nsfw": np.nan,
        "toxicity": np.nan,
        "cell": 0,
        "als": 0,
    }

    vector: Vectors  # (tweets, dim), of length 1: the two-tower index
    content: Vectors  # (tweets, dim): what the user tower reads of a tweet in somebody's history
    nsfw: NDArray[np.float32]  # (tweets,) probability; NaN where no model was trained
    toxicity: NDArray[np.float32]
    cell: Cells = field(default_factory=lambda: np.empty(0, np.int16))  # of `centroids`
    centroids: Vectors = field(default_factory=lambda: np.empty((0, 0), np.float32))  # if any
    als: Vectors = field(default_factory=lambda: np.empty((0, 0), np.float32))  # (tweets, its dim)
    als_gram: Vectors = field(default_factory=lambda: np.empty((0, 0), np.float32))


class Encoder(Protocol):
    """Vectors for tweets, made once, and for viewers, made anew for every request."""

    @property
    def tweets(self) -> EncodedTweets:
        """The vectors and scores of every tweet."""
        ...

    @property
    def authors(self) -> Vectors:
        """(users, dim) vectors of any length, in the space of the viewers."""
        ...

    @property
    def members(self) -> MemberTable:
        """The learned communities of every user."""
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
        """Keep only these tweets, as the new rows of a state that dropped the others."""
        ...

    def aside(self) -> Self:
        """A copy to be changed by `keep` while others read this."""
        ...

    def adopt(self, changed: Self) -> None:
        """Hold what a changed copy holds."""
        ...
