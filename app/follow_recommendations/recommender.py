"""People that the viewer might want to follow: the follow recommendations service (FRS)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from operator import attrgetter
from typing import Final

import numpy as np

from app.follow_recommendations.candidates import promising
from app.follow_recommendations.reasons import Weights, explained, with_taste
from app.follow_recommendations.recommended import Recommended
from app.follow_recommendations.standing import Standing, Standings, best_first
from app.pipeline.batch import Column, Rows
from app.pipeline.query import Query
from app.retrieval.memo import Memo
from app.retrieval.sort_keys import Keys, rows_of, scores_of
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
        """The standing of all users at a moment."""
        version = partial(attrgetter("users.version", "graph.version"), self.state)
        standings = Standings(self.state, self.shares, self.newly_joined_half_life_hours)
        return Memo(standings, version)

    @cached_property
    def shares(self) -> Weights:
        """The weights, scaled to add up to 1."""
        return self.weights.shares()

    def recommend(self, query: Query, limit: int) -> Recommended:
        """At most `limit` people, with the reasons for each."""
        user, score = self.best(query, limit)
        reasons = explained(
            user,
            query.neighborhood.second_degree,
            query.neighborhood.followers,
            self.state.users.created_at,
            self.state.graph.followers,
            self.standing(query.now).most,
            self.encoder.authors,
            query.vector,
            self.shares,
            self.newly_joined_half_life_hours,
            query.now,
        )
        return Recommended(user, score, dict(zip(Weights._fields, reasons, strict=True)))

    def best(self, query: Query, limit: int) -> tuple[Rows, Column]:
        """At most `limit` people and their scores, best first: all candidates by the cheap reasons,
        a shortlist by all."""
        shortlist = self._shortlist(query, self.standing(query.now), max(SHORTLIST, limit))
        compared = with_taste(shortlist, self.encoder.authors, query.vector, self.shares.taste)
        best = top_k(compared, limit)
        return rows_of(best), scores_of(best)

    def followed_by(self, query: Query, user: Rows) -> list[Rows]:
        """For each of these people the followees of the viewer who follow them, closest first."""
        closest = query.neighborhood.following[np.argsort(-query.tie_strength, kind="stable")]
        follows = self.state.graph.follows(
            np.tile(closest, len(user)), np.repeat(user, len(closest))
        ).reshape(len(user), len(closest))
        return [closest[row] for row in follows]

    def _shortlist(self, query: Query, standing: Standing, count: int) -> Keys:
        """The `count` users of the greatest promise by all reasons but taste.

        Of users who have nothing to do with the viewer only the foremost are looked at, or all
        where the viewer follows too many of those.
        """
        foremost, around, shares = standing.foremost, query.neighborhood, self.shares
        while True:
            keys, first = promising(
                query.viewer,
                around.following,
                around.excluded_authors,
                around.followers,
                around.second_degree,
                foremost,
                count,
                standing.score,
                self.state.graph.followers,
                shares.friends,
                shares.follows_you,
            )
            if first == count or len(foremost) == len(standing.score):
                return top_k(keys, count)
            foremost = best_first(standing.score, len(standing.score))
