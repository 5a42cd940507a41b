"""An embedding of its own for each tweet, from who engaged with it and nothing else.

Training leaves the tweets (`ml.training.als`); a viewer is folded in at every request, from what
they engaged with by then. A tweet that training did not meet has zeros, so it is neither near nor
far, and the other evidence speaks for it. Implicit alternating least squares: Hu, Koren and
Volinsky, ICDM 2008; its weights as in Rendle et al., "Revisiting the performance of iALS", 2021.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows
from ml.state.structures.vocabulary import Vocabulary

DIM: Final = 64
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Als:
    """What training leaves: a row per tweet that somebody engaged with, sorted by hash of id."""

    tweet: NDArray[np.uint64]  # (tweets,) hashes of ids
    vector: Floats  # (tweets, DIM); shorter, the fewer engaged
    gram: Floats  # (DIM, DIM): what everything that somebody did not engage with says of them

    @classmethod
    def none(cls) -> Self:
        """Nothing is known of any tweet."""
        return cls(
            np.empty(0, np.uint64), np.empty((0, 0), np.float32), np.empty((0, 0), np.float32)
        )

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All of it by name, for a file."""
        return {"tweet": self.tweet, "vector": self.vector, "gram": self.gram}

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """What `arrays` made.

        Raises:
            KeyError: one of them is missing.
        """
        return cls(arrays["tweet"], arrays["vector"], arrays["gram"])

    def vectors(self, ids: Vocabulary, rows: Rows) -> Floats:
        """(rows, DIM) of these tweets; zeros of those that training did not meet."""
        found = np.zeros((len(rows), self.vector.shape[1]), np.float32)
        if len(self.tweet) and len(rows):
            hashes = ids.hashes(rows)
            place = np.minimum(np.searchsorted(self.tweet, hashes), len(self.tweet) - 1)
            met = self.tweet[place] == hashes
            found[met] = self.vector[place[met]]
        return found


def taste(gram: Floats, engaged: Floats) -> NDArray[np.float64]:
    """(DIM,) the viewer who engaged with tweets of these vectors, (tweets, DIM): least squares with
    a ridge, so that who engaged with nothing has zeros."""
    theirs = engaged.astype(np.float64)
    found: NDArray[np.float64] = np.linalg.solve(gram + theirs.T @ theirs, theirs.sum(axis=0))
    return found
