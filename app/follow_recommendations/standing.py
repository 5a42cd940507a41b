"""What speaks for following users that does not depend on the viewer: newness and fame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.follow_recommendations.reasons import Scores, Weights
from app.pipeline.batch import Rows
from app.retrieval.fresh_tweets import KEPT_SECONDS
from app.retrieval.sort_keys import sort_keys
from app.retrieval.top_k import best_rows
from ml.state.feature_state import FeatureState

NOBODY: Final = -1.0  # the standing of users who are not recommended to any viewer
FOREMOST: Final = 1_000  # users of the best standing: more than most viewers follow
REMEMBERED: Final = 1_100  # of these and the next ones, some may be worth less by the next time
ROUNDING: Final = 1e-6  # by which a score may be too great or too little
UNKNOWN: Final = -1  # followers of users who are not known yet
MOST_HALF_LIVES: Final = 1_000.0  # that count for newness; two to that power is still a number


@dataclass(frozen=True, slots=True)
class Standing:
    """What speaks for following each user that does not depend on the viewer, at a moment."""

    score: Scores  # (users,) the part of it that is the same for every viewer
    foremost: Rows  # users, best first
    most: int  # followers that anybody has


class Standings:
    """The standing of all users at any moment.

    From one moment to the next few people gain followers, and newness fades for all alike, so what
    is known is kept and only brought up to date. And as many as were foremost before are worth
    something now: who is worth less is not foremost.
    """

    def __init__(self, state: FeatureState, shares: Weights, half_life_hours: float) -> None:
        self._state = state
        self._shares = shares
        self._half_life_seconds = half_life_hours * 3600
        self._as_of, self._most = 0, 0
        self._before: Rows  # the foremost of the last moment, and some more
        self._forget()

    def __call__(self, now: int) -> Standing:
        """As of a moment."""
        users, most = self._state.users, int(self._state.graph.followers.max(initial=0))
        as_of = now - now % KEPT_SECONDS
        if (as_of, most) != (self._as_of, self._most):
            self._as_of, self._most = as_of, most
            self._forget()
        self._learn()
        score = self._new * np.exp2((self._as_of - now) / self._half_life_seconds)
        score += self._popular
        score[users.gone | (users.created_at > now)] = NOBODY
        self._before = self._best(score)
        return Standing(score, self._before[:FOREMOST], most)

    def _forget(self) -> None:
        self._followers: NDArray[np.int64] = np.empty(0, np.int64)
        self._created_at: NDArray[np.int64] = np.empty(0, np.int64)
        self._popular: Scores = np.empty(0)
        self._new: Scores = np.empty(0)  # as of that moment
        self._before = np.empty(0, np.int32)

    def _learn(self) -> None:
        """Compute anew the standing of users who are new, or changed."""
        followers, created_at = self._state.graph.followers, self._state.users.created_at
        came = len(followers) - len(self._followers)
        if came:
            self._followers = np.append(self._followers, np.full(came, UNKNOWN))
            self._created_at = np.append(self._created_at, created_at[-came:])
            self._popular = np.append(self._popular, np.zeros(came))
            self._new = np.append(self._new, np.zeros(came))
        changed = (followers != self._followers) | (created_at != self._created_at)
        row = np.flatnonzero(changed)
        self._followers[row], self._created_at[row] = followers[row], created_at[row]
        fame = np.log1p(followers[row]) / max(np.log1p(self._most), 1.0)
        self._popular[row] = self._shares.popular * fame
        half_lives = (self._as_of - created_at[row]) / self._half_life_seconds
        self._new[row] = self._shares.newly_joined * np.exp2(
            -np.maximum(half_lives, -MOST_HALF_LIVES)
        )

    def _best(self, score: Scores) -> Rows:
        """The users of the best standing, best first."""
        if len(self._before) < FOREMOST:
            return best_first(score, REMEMBERED)
        least = np.partition(score[self._before], -FOREMOST)[-FOREMOST]
        row = np.flatnonzero(score >= least - ROUNDING).astype(np.int32)
        return best_rows(sort_keys(score[row].astype(np.float32), row), REMEMBERED)


def best_first(score: Scores, count: int) -> Rows:
    """The users of the best scores, best first."""
    everybody = np.arange(len(score), dtype=np.int32)
    return best_rows(sort_keys(score.astype(np.float32), everybody), count)
