"""Matrix factorisation: who engaged with what, and nothing else (Hu et al., 2008; Rendle et al.,
2009). The models are those of the library `implicit`, which is an extra."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from datagen.parameters import DAY
from evaluation.policies.policy import Moment, Values
from ml.actions import ENGAGEMENTS
from ml.state.feature_state import FeatureState

FACTORS: Final = 64
SEED: Final = 7
FITS: Final = 10  # at most so many, evenly over the held-out part; it is stale in between
AVAILABLE: Final = find_spec("implicit") is not None

Matrix = NDArray[np.float32]


@dataclass
class Factorisation:
    """Scores what is fresh by the product of two vectors; a tweet that nobody touched has none, and
    so is not shown."""

    kind: Literal["als", "bpr"]
    stale_seconds: float = DAY  # infinite: fitted once
    fitted_at: int | None = None
    users: Matrix = field(default_factory=lambda: np.empty((0, 0), np.float32))
    tweets: Matrix = field(default_factory=lambda: np.empty((0, 0), np.float32))
    touched: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, bool))

    @classmethod
    def over(cls, kind: Literal["als", "bpr"], seconds: int) -> Factorisation:
        """Fitted anew every day, or less often where the held-out part lasts for years."""
        return cls(kind, max(DAY, seconds // FITS))

    def __call__(self, moment: Moment) -> Values:
        now = moment.query.now
        if self.fitted_at is None or now - self.fitted_at >= self.stale_seconds:
            self.fit(moment.state)
            self.fitted_at = now
        known = moment.fresh < len(self.tweets)  # what is written later has no vector
        tweet, viewer = np.where(known, moment.fresh, 0), moment.query.viewer
        there = 0 <= viewer < len(self.users)
        taste = self.users[viewer] if there else self.users.mean(axis=0)
        return np.where(known & self.touched[tweet], self.tweets[tweet] @ taste, -np.inf)

    def fit(self, state: FeatureState) -> None:
        """From all engagements that the state holds now."""
        from implicit.als import AlternatingLeastSquares
        from implicit.bpr import BayesianPersonalizedRanking
        from scipy.sparse import csr_matrix
        from threadpoolctl import threadpool_limits

        user, tweet = _engaged(state)
        shape = (len(state.users), len(state.tweets))
        liked = csr_matrix((np.ones(len(user), np.float32), (user, tweet)), shape=shape)
        with threadpool_limits(1, "blas"):  # the models look at it as soon as they are made
            kind = {"als": AlternatingLeastSquares, "bpr": BayesianPersonalizedRanking}[self.kind]
            model = kind(factors=FACTORS, num_threads=1, random_state=SEED)
            model.fit(liked, show_progress=False)
        self.users, self.tweets = model.user_factors, model.item_factors
        self.touched = np.bincount(tweet, minlength=len(state.tweets)) > 0


def _engaged(state: FeatureState) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Every pair of user and tweet with an engagement that was not taken back."""
    engaged = state.engaged
    columns = [engaged.column(action) for action in ENGAGEMENTS]
    pairs = len(engaged.index)
    held = ~np.isnan(engaged.since[:pairs, columns]).all(axis=1)
    return engaged.index.left[:pairs][held], engaged.index.right[:pairs][held]
