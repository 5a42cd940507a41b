"""EASE: a linear item-item model with a closed form (Steck, 2019)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack
from scipy.sparse import csr_matrix

from evaluation.policies import tuning
from evaluation.policies.engaged_pairs import EngagedPairs, history
from evaluation.policies.policy import Moment, Values
from evaluation.policies.tuning import Scores
from ml.arrays import Rows
from ml.state.feature_state import FeatureState

MOST_TWEETS: Final = 5_000  # a square of numbers is inverted
RIDGE: Final = (30.0, 100.0, 300.0, 1_000.0)


@dataclass(frozen=True, slots=True)
class Ease:
    """How much an engagement with one tweet speaks for another, among those with any."""

    matrix: csr_matrix  # (users, tweets) as learned from
    touched: Rows  # the tweets with an engagement
    place: Rows  # (tweets,) of each in `touched`; -1 where it has none
    weight: NDArray[np.float32]  # (touched, touched) from one, for another

    @classmethod
    def fit(cls, matrix: csr_matrix, ridge: float) -> Self:
        touched = np.flatnonzero(matrix.getnnz(axis=0)).astype(np.int32)
        place = np.full(matrix.shape[1], -1, np.int32)
        place[touched] = np.arange(len(touched))
        some = matrix[:, touched].astype(np.float64)
        gram = np.asfortranarray((some.T @ some).toarray())
        gram[np.diag_indices_from(gram)] += ridge
        half, failed = lapack.dpotrf(gram, lower=1, overwrite_a=1)
        assert not failed, "a Gram matrix with a ridge is positive definite"
        lower, _ = lapack.dpotri(half, lower=1, overwrite_c=1)
        inverse = np.tril(lower) + np.tril(lower, -1).T
        weight = -inverse / np.diag(inverse)
        np.fill_diagonal(weight, 0)
        return cls(matrix, touched, place, weight.astype(np.float32))

    def scores(self, user: Rows) -> Scores:
        found = np.full((len(user), len(self.place)), -np.inf, np.float32)
        found[:, self.touched] = self.matrix[user][:, self.touched] @ self.weight
        return found

    def __call__(self, moment: Moment, tweet: Rows) -> Values:
        place, liked = self.place[tweet], self.place[history(moment, self.matrix)]
        score = self.weight[liked[liked >= 0]].sum(axis=0)
        return np.where(place >= 0, score[place], -np.inf)


def tuned() -> Callable[[FeatureState], Ease]:
    """A fit whose ridge is chosen on a validation part, the first time."""
    chosen: list[float] = []

    def fit(state: FeatureState) -> Ease:
        pairs = EngagedPairs.of(state)
        if not chosen:
            chosen.append(tuning.choose(pairs, RIDGE, Ease.fit))
        return Ease.fit(pairs.matrix, chosen[0])

    return fit
