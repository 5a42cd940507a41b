"""People that the viewer might want to follow: the follow recommendations service (FRS)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from app.follow_recommendations import reasons
from app.follow_recommendations.reasons import Weights
from app.follow_recommendations.recommended import Recommended
from app.follow_recommendations.standing import Standing
from app.pipeline.batch import Mask, Rows
from app.pipeline.query import Query
from app.retrieval.memo import Memo
from app.retrieval.top_k import top_k
from ml.embeddings.encoder import Encoder
from ml.state.feature_state import FeatureState

SHORTLIST: Final = 120  # users whose taste is compared, which costs more than all other reasons


@dataclass(frozen=True)
class FollowRecommender:
    """By the circle of the viewer's followees, by taste, by newness and by fame.

    Left out are the viewer, those whom the viewer follows, blocks or mutes, and those who block
    the viewer.
    """

    state: FeatureState
    encoder: Encoder
    weights: Weights
    newly_joined_half_life_hours: float

    @cached_property
    def standing(self) -> Memo[Standing]:
        """The standing of every user at a moment."""
        return Memo(self.state, self._standing)

    def recommend(self, query: Query, limit: int) -> Recommended:
        """At most `limit` people: all candidates by the cheap reasons, a shortlist by all."""
        share = self.weights.shares()
        standing = self.standing(query.now)
        cheap = {
            "friends": reasons.friends(query, standing),
            "follows_you": reasons.follows_you(query, len(self.state.users)),
            "newly_joined": standing.newly_joined,
            "popular": standing.popular,
        }
        promise = reasons.total({name: share[name] * part for name, part in cheap.items()})
        user = np.flatnonzero(self._may_be_followed(query)).astype(np.int32)
        user = user[top_k(user, promise[user], max(SHORTLIST, limit))]
        weighted = {name: share[name] * part[user] for name, part in cheap.items()}
        taste = reasons.taste(self.encoder.authors[user], query.vector)
        weighted["taste"] = share["taste"] * taste
        score = reasons.total(weighted)
        best = top_k(user, score, limit)
        return Recommended(user[best], score[best], {name: weighted[name][best] for name in share})

    def followed_by(self, query: Query, user: Rows) -> list[Rows]:
        """For each of these people the followees of the viewer who follow them, closest first."""
        closest = query.neighborhood.following[np.argsort(-query.tie_strength, kind="stable")]
        follows = self.state.graph.follows(
            np.tile(closest, len(user)), np.repeat(user, len(closest))
        ).reshape(len(user), len(closest))
        return [closest[row] for row in follows]

    def _may_be_followed(self, query: Query) -> Mask:
        """Users who have joined, other than the viewer, those followed and those excluded."""
        may: Mask = (self.state.users.created_at <= query.now) & ~self.state.users.gone
        may[query.neighborhood.following] = False
        may[query.neighborhood.excluded_authors] = False
        if query.viewer >= 0:
            may[query.viewer] = False
        return may

    def _standing(self, now: int) -> Standing:
        return Standing.of(self.state, now, self.newly_joined_half_life_hours)
