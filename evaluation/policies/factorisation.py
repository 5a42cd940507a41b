"""Matrix factorisation: who engaged with what, and nothing else (Hu et al., 2008; Rendle et al.,
2009). The models are those of the library `implicit`, which is an extra."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from evaluation.policies import tuning
from evaluation.policies.engaged_pairs import EngagedPairs
from evaluation.policies.policy import Moment, Values
from evaluation.policies.tuning import Scores
from ml.arrays import Rows
from ml.state.feature_state import FeatureState

FACTORS: Final = 64  # of BPR
SEED: Final = 7
MOST_WORK: Final = 100_000_000  # pairs times factors, over all options that are compared
AVAILABLE: Final = find_spec("implicit") is not None

Matrix = NDArray[np.float32]


class AlsOption(NamedTuple):
    """`alpha` is how much more an engagement counts than its absence."""

    alpha: float
    regularisation: float
    factors: int


# The first is what a small budget gets.
WEIGHTS: Final = ((10.0, 10.0), (10.0, 30.0), (40.0, 100.0), (40.0, 10.0), (3.0, 10.0), (1.0, 1.0))
OPTIONS: Final = [AlsOption(*weights, factors) for factors in (64, 32) for weights in WEIGHTS]


@dataclass(frozen=True, slots=True)
class Factorisation:
    """The product of two vectors; a tweet that nobody touched has none, and is not shown."""

    users: Matrix
    tweets: Matrix
    touched: NDArray[np.bool_]  # (tweets,)

    @classmethod
    def als(cls, liked: csr_matrix, option: AlsOption) -> Self:
        """Alternating least squares, implicit feedback."""
        from implicit.als import AlternatingLeastSquares

        with threadpool_limits(1, "blas"):  # the model looks at it as soon as it is made
            model = AlternatingLeastSquares(
                factors=option.factors,
                regularization=option.regularisation,
                alpha=option.alpha,
                num_threads=1,
                random_state=SEED,
            )
            model.fit(liked, show_progress=False)
        return cls(model.user_factors, model.item_factors, liked.getnnz(axis=0) > 0)

    @classmethod
    def bpr(cls, state: FeatureState) -> Self:
        """Bayesian personalised ranking, from all that the state holds now."""
        from implicit.bpr import BayesianPersonalizedRanking

        liked = EngagedPairs.of(state).matrix
        with threadpool_limits(1, "blas"):
            model = BayesianPersonalizedRanking(factors=FACTORS, num_threads=1, random_state=SEED)
            model.fit(liked, show_progress=False)
        return cls(model.user_factors, model.item_factors, liked.getnnz(axis=0) > 0)

    def scores(self, user: Rows) -> Scores:
        found: Scores = self.users[user] @ self.tweets.T
        found[:, ~self.touched] = -np.inf
        return found

    def __call__(self, moment: Moment, tweet: Rows) -> Values:
        known = tweet < len(self.tweets)  # what is written later has no vector
        tweet, viewer = np.where(known, tweet, 0), moment.query.viewer
        there = 0 <= viewer < len(self.users)
        taste = self.users[viewer] if there else self.users.mean(axis=0)
        return np.where(known & self.touched[tweet], self.tweets[tweet] @ taste, -np.inf)


def tuned_als() -> Callable[[FeatureState], Factorisation]:
    """A fit whose options are chosen on a validation part, the first time; fewer of them are
    compared where there is more to learn from."""
    chosen: list[AlsOption] = []

    def fit(state: FeatureState) -> Factorisation:
        pairs = EngagedPairs.of(state)
        if not chosen:
            work = np.cumsum([len(pairs) * option.factors for option in OPTIONS])
            some = OPTIONS[: max(1, int(np.searchsorted(work, MOST_WORK)))]
            chosen.append(tuning.choose(pairs, some, Factorisation.als))
        return Factorisation.als(pairs.matrix, chosen[0])

    return fit
