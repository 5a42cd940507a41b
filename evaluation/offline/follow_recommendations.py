"""Of the people whom somebody goes on to follow, how many were recommended? Beside popularity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.follow_recommendations.reasons import Weights
from app.follow_recommendations.recommender import FollowRecommender
from app.serving.clock import Clock
from app.serving.engine import Engine, assemble
from app.settings import Settings
from evaluation.offline.dataset import Dataset
from ml.actions import Action
from ml.bundle import Bundle
from ml.state.events import Events

PLACES: Final = 20
FAME_ALONE: Final = Weights(friends=0, follows_you=0, taste=0, newly_joined=0, popular=1)


@dataclass(frozen=True, slots=True)
class Recall:
    """The share of later follows whose followee was among the first twenty as of the cut."""

    follows: int
    recommended: float
    popular: float  # the most followed, with the same people left out


def recall(dataset: Dataset, bundle: Bundle, settings: Settings) -> Mapping[str, Recall]:
    """Of all later follows, of those made from a tweet, and of the others, where there are any.

    Only follows between people who had both joined by the cut are counted: nobody else could be
    asked or be recommended.
    """
    later = dataset.held_out[dataset.held_out.action == Action.FOLLOW]
    joined = dataset.users.created_at <= dataset.cut
    follows = later[joined[later.user] & joined[later.target]]
    clock = Clock("frozen", lambda: float(dataset.cut))
    engine = assemble(settings, dataset.state_at_the_cut(), bundle, clock)
    fame = replace(engine.who_to_follow, weights=FAME_ALONE)
    hits = [_foreseen(engine, who, follows) for who in (engine.who_to_follow, fame)]
    from_tweet = follows.tweet >= 0
    kinds = {"all": from_tweet | True, "from a tweet": from_tweet, "elsewhere": ~from_tweet}
    none = float("nan")
    return {
        name: Recall(
            int(some.sum()), *(float(h[some].mean()) if some.any() else none for h in hits)
        )
        for name, some in kinds.items()
    }


def _foreseen(engine: Engine, who: FollowRecommender, follows: Events) -> NDArray[np.bool_]:
    """Whether each follow was recommended."""
    foreseen = np.zeros(len(follows), bool)
    for viewer in np.unique(follows.user).tolist():
        query = engine.hydrate.query(engine.state.users.ids.id(viewer), PLACES)
        own = follows.user == viewer
        foreseen[own] = np.isin(follows.target[own], who.recommend(query, PLACES).user)
    return foreseen
