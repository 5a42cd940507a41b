"""Whom might the viewer want to follow? The follow recommendations service asks the same (FRS)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.pipeline.batch import Column, Mask, Rows
from app.pipeline.query import Query
from app.retrieval.memo import Memo
from app.retrieval.top_k import top_k
from ml.embeddings.encoder import Encoder, Vectors
from ml.state.feature_state import FeatureState

FOLLOWEES: Final = 400  # walked per person, the newest
SHORTLIST: Final = 120  # of them the taste is asked, which costs more than all the rest
FAME: Final = 5.0  # followers whom everybody is given


class Weights(NamedTuple):
    """What counts, and how much; only the proportions matter."""

    friends: float = 0.25
    follows_you: float = 0.10
    taste: float = 0.20
    newly_joined: float = 0.20
    popular: float = 0.25


@dataclass(frozen=True, slots=True)
class Recommended:
    """People, best first. The reasons of each add up to the score, which lies in 0–1."""

    user: Rows
    score: Column
    reasons: Mapping[str, Column]

    def __len__(self) -> int:
        return len(self.user)


@dataclass(frozen=True, slots=True)
class Standing:
    """What speaks for each user, whoever asks; (users,) each."""

    newly_joined: Column  # 1 for whoever joined now, a half after one half-life, 0 where unknown
    popular: Column  # the log of the followers, over that of the most followed
    fame: NDArray[np.float64]  # how many ways to them fame alone would give


@dataclass(frozen=True)
class FollowRecommender:
    """By the circle of the viewer's followees, by taste, by newness and by fame.

    Nobody is recommended whom the viewer is, follows, blocks or mutes, or who blocks the viewer.
    """

    state: FeatureState
    encoder: Encoder
    weights: Weights
    newly_joined_half_life_hours: float

    @cached_property
    def standing(self) -> Memo[Standing]:
        """Everybody's standing at a moment."""
        return Memo(self.state, self._standings)

    def recommend(self, query: Query, limit: int) -> Recommended:
        """At most `limit` people."""
        share = self._shares()
        standing = self.standing(query.now)
        cheap = {
            "friends": self._friends(query, standing),
            "follows_you": self._follows_you(query),
            "newly_joined": standing.newly_joined,
            "popular": standing.popular,
        }
        promise = _sum({name: share[name] * part for name, part in cheap.items()})
        user = np.flatnonzero(self._may_be_followed(query)).astype(np.int32)
        user = user[top_k(user, promise[user], max(SHORTLIST, limit))]
        reasons = {name: share[name] * part[user] for name, part in cheap.items()}
        reasons["taste"] = share["taste"] * _cosine(self.encoder.authors[user], query.vector)
        score = _sum(reasons)
        best = top_k(user, score, limit)
        kept = {name: reasons[name][best] for name in share}
        return Recommended(user[best], score[best], kept)

    def followed_by(self, query: Query, user: Rows) -> list[Rows]:
        """For each of these people those of the viewer's followees who follow them, the closest
        to the viewer first."""
        closest = query.neighborhood.following[np.argsort(-query.tie_strength, kind="stable")]
        follows = self.state.graph.follows(
            np.tile(closest, len(user)), np.repeat(user, len(closest))
        ).reshape(len(user), len(closest))
        return [closest[row] for row in follows]

    def _friends(self, query: Query, standing: Standing) -> Column:
        """How many of the viewer's followees follow each user, over what fame alone would give."""
        met = np.bincount(query.neighborhood.second_degree, minlength=len(standing.fame))
        odds = (met / standing.fame).astype(np.float32)
        friends: Column = odds / (1 + odds)
        return friends

    def _follows_you(self, query: Query) -> Column:
        """Who follows the viewer."""
        follows = np.zeros(len(self.state.users), np.float32)
        follows[query.neighborhood.followers] = 1
        return follows

    def _may_be_followed(self, query: Query) -> Mask:
        """Whoever has joined, is not the viewer, not yet followed, and not kept away."""
        may: Mask = (self.state.users.created_at <= query.now) & ~self.state.users.gone
        may[query.neighborhood.following] = False
        may[query.neighborhood.excluded_authors] = False
        if query.viewer >= 0:
            may[query.viewer] = False
        return may

    def _standings(self, now: int) -> Standing:
        followers = self.state.graph.followers
        age_hours = np.maximum(now - self.state.users.created_at, 0) / 3600
        logs = np.log1p(followers)
        return Standing(
            newly_joined=np.exp2(-age_hours / self.newly_joined_half_life_hours).astype(np.float32),
            popular=(logs / max(logs.max(initial=0), 1)).astype(np.float32),
            fame=np.sqrt(followers + FAME),
        )

    def _shares(self) -> dict[str, float]:
        total = max(sum(self.weights), 1e-9)
        return {name: weight / total for name, weight in self.weights._asdict().items()}


def _cosine(vectors: Vectors, viewer: Column) -> Column:
    """The cosine where it is positive; 0 where either is unknown."""
    length = np.sqrt(np.einsum("ij,ij->i", vectors, vectors) * (viewer @ viewer))
    cosine: Column = np.clip((vectors @ viewer) / np.maximum(length, 1e-9), 0, 1)
    return cosine


def _sum(reasons: Mapping[str, Column]) -> Column:
    total: Column = reduce(np.add, reasons.values())
    return total
