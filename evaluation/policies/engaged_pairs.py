"""Who engaged with which tweet, and when: all that collaborative policies learn from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from evaluation.policies.policy import Moment
from ml.actions import ENGAGEMENTS
from ml.arrays import Rows
from ml.state.feature_state import FeatureState

VALIDATION: Final = 0.1  # the last share of the pairs, or any tenth where all are of one time


@dataclass(frozen=True, slots=True)
class EngagedPairs:
    """Every pair with an engagement that was not taken back, in no order."""

    user: Rows
    tweet: Rows
    at: NDArray[np.float64]  # the latest engagement, unix seconds
    shape: tuple[int, int]  # users, tweets

    @classmethod
    def of(cls, state: FeatureState) -> Self:
        """All that the state holds now."""
        engaged = state.engaged
        count = len(engaged.index)
        columns = [engaged.column(action) for action in ENGAGEMENTS]
        since = np.where(np.isnan(engaged.since), -np.inf, engaged.since)[:, columns].max(axis=1)
        held = np.isfinite(since)
        user, tweet = engaged.index.left[:count][held], engaged.index.right[:count][held]
        return cls(user, tweet, since[held], (len(state.users), len(state.tweets)))

    def __len__(self) -> int:
        return len(self.user)

    def where(self, which: NDArray[np.bool_]) -> EngagedPairs:
        """Some of the pairs."""
        return EngagedPairs(self.user[which], self.tweet[which], self.at[which], self.shape)

    @property
    def matrix(self) -> csr_matrix:
        """(users, tweets) 1 where there is an engagement."""
        ones = np.ones(len(self), np.float32)
        return csr_matrix((ones, (self.user, self.tweet)), shape=self.shape)

    @property
    def popularity(self) -> NDArray[np.int64]:
        """(tweets,) how many people engaged with each."""
        return np.bincount(self.tweet, minlength=self.shape[1])

    def split(self, seed: int) -> tuple[EngagedPairs, EngagedPairs]:
        """Pairs to learn from, and later ones to validate on."""
        place = np.random.default_rng(seed).permutation(len(self))
        place[np.lexsort((place, self.at))] = np.arange(len(self))
        later = place >= (1 - VALIDATION) * len(self)
        return self.where(~later), self.where(later)


def history(moment: Moment, matrix: csr_matrix) -> Rows:
    """What the viewer engaged with: all that `matrix` holds, and the latest that it may not."""
    viewer = moment.query.viewer
    if viewer < 0:
        return np.empty(0, np.int32)
    held = matrix.indices[matrix.indptr[viewer] : matrix.indptr[viewer + 1]]
    latest = moment.state.history.tweet[viewer]
    return np.union1d(held, latest[latest >= 0])
