"""The reasons to recommend a user to a viewer, each in 0–1, and their weights."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.pipeline.batch import Column, Rows
from app.retrieval.sort_keys import Keys, row_of, score_of, sort_key
from ml.arrays import Times
from ml.embeddings.encoder import Vectors
from ml.kernels import dot_kernel, inline_kernel, kernel
from ml.state.tables.neighborhood import place_among

Followers = NDArray[np.int64]
Scores = NDArray[np.float64]
PRIOR_FOLLOWERS: Final = 5.0  # added to everybody's, so that few followers give no extreme odds


class Weights(NamedTuple):
    """The weight of each reason; only the proportions matter."""

    friends: float = 0.25
    follows_you: float = 0.10
    taste: float = 0.20
    newly_joined: float = 0.20
    popular: float = 0.25

    def shares(self) -> Weights:
        """The weights, scaled to add up to 1."""
        total = max(sum(self), 1e-9)
        return Weights(*(weight / total for weight in self))


@inline_kernel
def friends(met: int, followers: int) -> float:
    """How many of the viewer's followees follow a user, over what fame alone would give."""
    odds = met / np.sqrt(followers + PRIOR_FOLLOWERS)
    return float(odds / (1 + odds))


@inline_kernel
def newly_joined(created_at: int, now: int, half_life_hours: float) -> float:
    """1 for a user who joins now, a half after one half-life, 0 where that is unknown."""
    return float(np.exp2(-max(now - created_at, 0) / 3600 / half_life_hours))


@inline_kernel
def popular(followers: int, most: int) -> float:
    """The log of the followers, over that of the most followed."""
    return float(np.log1p(followers) / max(np.log1p(most), 1.0))


@dot_kernel
def taste(authors: Vectors, who: int, viewer: Column) -> float:
    """The cosine of an author's vector and the viewer's where positive; 0 where one is unknown."""
    dot = of_author = of_viewer = np.float32(0)
    for i in range(len(viewer)):
        dot += authors[who, i] * viewer[i]
        of_author += authors[who, i] * authors[who, i]
        of_viewer += viewer[i] * viewer[i]
    return float(min(max(dot / max(np.sqrt(of_author * of_viewer), 1e-9), 0.0), 1.0))


@kernel
def with_taste(promising: Keys, authors: Vectors, viewer: Column, share: float) -> Keys:
    """Users by all reasons, from what they promise by all but taste."""
    keys = np.empty(len(promising), np.int64)
    for i in range(len(promising)):
        user = row_of(promising[i])
        score = score_of(promising[i]) + share * taste(authors, user, viewer)
        keys[i] = sort_key(score, user)
    return keys


@kernel
def explained(
    user: Rows,
    second_degree: Rows,
    viewer_followers: Rows,
    created_at: Times,
    followers: Followers,
    most: int,
    authors: Vectors,
    viewer: Column,
    share: Weights,
    half_life_hours: float,
    now: int,
) -> Vectors:
    """(reasons, users), each by its weight and in the order of `Weights`; they add up to scores."""
    reasons = np.empty((len(share), len(user)), np.float32)
    for i in range(len(user)):
        who, met = user[i], 0
        place = place_among(who, second_degree)
        while 0 <= place + met < len(second_degree) and second_degree[place + met] == who:
            met += 1
        reasons[0, i] = share.friends * friends(met, followers[who])
        reasons[1, i] = share.follows_you * (place_among(who, viewer_followers) >= 0)
        reasons[2, i] = share.taste * taste(authors, who, viewer)
        reasons[3, i] = share.newly_joined * newly_joined(created_at[who], now, half_life_hours)
        reasons[4, i] = share.popular * popular(followers[who], most)
    return reasons
