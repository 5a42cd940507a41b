"""Tweets that people who liked the same also liked: cosine between tweets (Sarwar et al., 2001).

Nothing is fitted, and no table of pairs of tweets is kept: a score is two products with the sparse
matrix of engagements.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from scipy.sparse import csr_matrix

from evaluation.policies.engaged_pairs import EngagedPairs, history
from evaluation.policies.policy import Moment, Values
from ml.arrays import Rows
from ml.state.feature_state import FeatureState

TIE: Final = 1e-9  # of the most popular: it decides among tweets that nothing speaks for


@dataclass(frozen=True, slots=True)
class ItemItem:
    """The sum of a tweet's cosines with what the viewer engaged with; popularity breaks ties, and
    decides alone for those of whom nothing is known."""

    matrix: csr_matrix  # (users, tweets)
    norm: Values  # (tweets,) one over the root of its popularity
    tie: Values  # (tweets,)

    @classmethod
    def of(cls, state: FeatureState) -> Self:
        """As of all that the state holds now."""
        pairs = EngagedPairs.of(state)
        popularity = pairs.popularity.astype(np.float64)
        norm = 1 / np.sqrt(np.maximum(popularity, 1))
        return cls(pairs.matrix, norm, TIE * popularity / max(popularity.max(initial=0), 1))

    def __call__(self, moment: Moment, tweet: Rows) -> Values:
        taste = np.zeros(len(self.norm))
        liked = history(moment, self.matrix)
        taste[liked] = self.norm[liked]
        near: Values = self.norm * (self.matrix.T @ (self.matrix @ taste)) + self.tie
        return near[tweet]
