"""The reasons to recommend a user to a viewer, each in 0–1, and their weights."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import NamedTuple

import numpy as np

from app.follow_recommendations.standing import Standing
from app.pipeline.batch import Column
from app.pipeline.query import Query
from ml.embeddings.encoder import Vectors


class Weights(NamedTuple):
    """The weight of each reason; only the proportions matter."""

    friends: float = 0.25
    follows_you: float = 0.10
    taste: float = 0.20
    newly_joined: float = 0.20
    popular: float = 0.25

    def shares(self) -> dict[str, float]:
        """The weights, scaled to add up to 1."""
        total = max(sum(self), 1e-9)
        return {name: weight / total for name, weight in self._asdict().items()}


def friends(query: Query, standing: Standing) -> Column:
    """How many of the viewer's followees follow each user, over what fame alone would give."""
    met = np.bincount(query.neighborhood.second_degree, minlength=len(standing.fame))
    odds = (met / standing.fame).astype(np.float32)
    friends: Column = odds / (1 + odds)
    return friends


def follows_you(query: Query, users: int) -> Column:
    """1 for each of the users who follows the viewer."""
    follows = np.zeros(users, np.float32)
    follows[query.neighborhood.followers] = 1
    return follows


def taste(vectors: Vectors, viewer: Column) -> Column:
    """Cosine of each author's vector and the viewer's where positive; 0 where one is unknown."""
    length = np.sqrt(np.einsum("ij,ij->i", vectors, vectors) * (viewer @ viewer))
    cosine: Column = np.clip((vectors @ viewer) / np.maximum(length, 1e-9), 0, 1)
    return cosine


def total(reasons: Mapping[str, Column]) -> Column:
    """The sum of all reasons, for each user."""
    summed: Column = reduce(np.add, reasons.values())
    return summed
