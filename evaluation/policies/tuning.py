"""Which of some options predicts best what people engaged with last?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from evaluation.policies.engaged_pairs import EngagedPairs
from ml.arrays import Rows

MOST_USERS: Final = 1_000  # that options are compared on
PLACES: Final = 20
SEED: Final = 7

Option = TypeVar("Option")
Scores = NDArray[np.float32]


class Recommender(Protocol):
    """What was learned from a matrix of engagements."""

    def scores(self, user: Rows) -> Scores:
        """(users, tweets) Of every tweet, for each of these users."""


def choose(
    pairs: EngagedPairs, options: Sequence[Option], fit: Callable[[csr_matrix, Option], Recommender]
) -> Option:
    """The option of the best recall@20 on the last tenth of the pairs, learned from all others."""
    earlier, later = pairs.split(SEED)
    matrix, wanted = earlier.matrix, later.matrix
    user = np.intersect1d(earlier.user, later.user).astype(np.int32)
    user = user[np.unique(np.linspace(0, len(user) - 1, min(MOST_USERS, len(user))).astype(int))]
    if not len(user):
        return options[0]
    found = [recall(fit(matrix, option).scores(user), matrix[user], wanted[user])
             for option in options]  # fmt: skip
    return options[int(np.argmax(found))]


def recall(scores: Scores, known: csr_matrix, wanted: csr_matrix) -> float:
    """The mean share of what was wanted that is among the best of what was not known."""
    scores = scores.copy()
    scores[known.nonzero()] = -np.inf
    places = min(PLACES, scores.shape[1])
    top = np.argpartition(-scores, places - 1, axis=1)[:, :places]
    hits = np.take_along_axis(wanted.toarray(), top, axis=1).sum(axis=1)
    return float(np.mean(hits / np.minimum(np.maximum(wanted.getnnz(axis=1), 1), PLACES)))
