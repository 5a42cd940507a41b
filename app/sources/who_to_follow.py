"""Whom might the viewer want to follow? The follow recommendations service asks the same (FRS)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Final, NamedTuple

import numpy as np

from app.pipeline.batch import Column, Mask, Order, Rows
from app.pipeline.query import Query
from app.sources.shelf import SPARE, foremost
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
class WhoToFollow:
    """By the circle of the viewer's followees, by taste, by newness and by fame.

    Nobody is recommended whom the viewer is, follows, blocks or mutes, or who blocks the viewer.
    """

    state: FeatureState
    encoder: Encoder
    weights: Weights
    newly_joined_half_life_hours: float

    def recommend(self, query: Query, limit: int) -> Recommended:
        """At most `limit` people."""
        share = self._shares()
        cheap = {
            "friends": self._friends(query),
            "follows_you": self._follows_you(query),
            "newly_joined": self._newly_joined(query),
            "popular": self._popular(),
        }
        promise = _sum({name: share[name] * part for name, part in cheap.items()})
        user = np.flatnonzero(self._may_be_followed(query)).astype(np.int32)
        user = user[foremost(user, promise[user], max(SHORTLIST, limit))]
        reasons = {name: share[name] * part[user] for name, part in cheap.items()}
        reasons["taste"] = share["taste"] * _cosine(self.encoder.authors[user], query.vector)
        score = _sum(reasons)
        best = self._not_hidden(query, user, foremost(user, score, len(user)), limit)
        kept = {name: reasons[name][best] for name in share}
        return Recommended(user[best], score[best], kept)

    def followed_by(self, query: Query, user: Rows) -> list[Rows]:
        """For each of these people those of the viewer's followees who follow them, the closest
        to the viewer first."""
        closest = query.following[np.argsort(-query.tie, kind="stable")]
        follows = self.state.graph.follows(
            np.tile(closest, len(user)), np.repeat(user, len(closest))
        ).reshape(len(user), len(closest))
        return [closest[row] for row in follows]

    def _not_hidden(self, query: Query, user: Rows, best_first: Order, limit: int) -> Order:
        """The first `limit` whom no block and no mute keeps away; most people hide few."""
        for reach in (limit + SPARE, len(user)):
            best = best_first[:reach]
            viewer = np.full(len(best), query.viewer, np.int32)
            best = best[~self.state.graph.hides(viewer, user[best])]
            if len(best) >= limit:
                break
        return best[:limit]

    def _friends(self, query: Query) -> Column:
        """How many of the viewer's followees follow each user, over what fame alone would give."""
        second, _ = self.state.graph.followees(query.following, FOLLOWEES)
        met = np.bincount(second, minlength=len(self.state.users))
        odds = met / np.sqrt(self.state.graph.followers + FAME)
        friends: Column = (odds / (1 + odds)).astype(np.float32)
        return friends

    def _follows_you(self, query: Query) -> Column:
        """Who follows the viewer."""
        follows = np.zeros(len(self.state.users), np.float32)
        if query.viewer >= 0:
            follower, _ = self.state.graph.followers_of(np.array([query.viewer], np.int32))
            follows[follower] = 1
        return follows

    def _newly_joined(self, query: Query) -> Column:
        """1 for whoever joined now, a half after one half-life; 0 where nobody knows."""
        age_hours = np.maximum(query.now - self.state.users.created_at, 0) / 3600
        return np.exp2(-age_hours / self.newly_joined_half_life_hours).astype(np.float32)

    def _popular(self) -> Column:
        """The log of the followers, over that of the most followed."""
        fame = np.log1p(self.state.graph.followers)
        popular: Column = (fame / max(fame.max(initial=0), 1)).astype(np.float32)
        return popular

    def _may_be_followed(self, query: Query) -> Mask:
        """Whoever has joined, is not the viewer, and is not yet followed."""
        may: Mask = self.state.users.created_at <= query.now
        may[query.following] = False
        if query.viewer >= 0:
            may[query.viewer] = False
        return may

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
