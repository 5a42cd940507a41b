"""Make the query of a request: its ids become rows, and the clock becomes `now`."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np

from app.pipeline.batch import Column, Rows
from app.pipeline.query import Query
from app.serving.clock import Clock
from app.serving.just_served import JustServed
from app.serving.neighborhood_cache import NeighborhoodCache
from app.serving.steer import steering
from app.serving.viewer_vector_cache import ViewerVectorCache
from ml.embeddings import realgraph
from ml.embeddings.encoder import Encoder
from ml.state.feature_state import FeatureState
from ml.state.tables.neighborhood import Neighborhood


@dataclass(frozen=True, slots=True)
class Hydrate:
    """Makes queries; `model_version` is that of the bundle, and part of the seed."""

    state: FeatureState
    encoder: Encoder
    neighborhoods: NeighborhoodCache
    tastes: ViewerVectorCache
    clock: Clock
    model_version: str
    served_hours: float = 24
    just_served: JustServed = field(default_factory=JustServed)

    def query(self, user_id: str, limit: int) -> Query:
        """The query of this user now."""
        now = self.clock.now()
        seed = _seed(user_id, now, self.model_version)
        viewer = self.state.users.ids.row(user_id)
        if viewer is None:
            return self._unknown(now, limit, seed)
        neighborhood = self.neighborhoods.of(viewer)
        return Query(
            viewer=viewer,
            now=now,
            limit=limit,
            seed=seed,
            neighborhood=neighborhood,
            tie_strength=self._tie_strength(viewer, neighborhood, now),
            vector=self.tastes.of(viewer, now),
            sensitive_ok=bool(self.state.users.sensitive_ok[viewer]),
            seen=self._seen(viewer, now),
            muted=self.state.mutes.of(viewer, now),
            steering=steering(self.state, self.state.preferences.of(viewer, now)),
        )

    def _tie_strength(self, viewer: int, neighborhood: Neighborhood, now: int) -> Column:
        """RealGraph's strength of the tie to each followee."""
        ties, following = self.state.tie_counts, neighborhood.following
        strength = np.empty(len(following), np.float32)
        realgraph.to_followees(
            viewer,
            following,
            neighborhood.followers,
            ties.index.table,
            ties.counts.value,
            ties.counts.newest,
            ties.counts.half_life_seconds,
            now,
            strength,
        )
        return strength

    def _seen(self, viewer: int, now: int) -> Rows:
        """Tweets that the viewer acted on, was shown, or was recently served; sorted."""
        lately = now - int(self.served_hours * 3600)
        pages = self.just_served.since(viewer, lately)
        seen = np.concatenate([self.state.known_to(viewer, lately), *pages])
        seen.sort()
        return seen

    def _unknown(self, now: int, limit: int, seed: int) -> Query:
        return Query(
            viewer=-1,
            now=now,
            limit=limit,
            seed=seed,
            neighborhood=Neighborhood.nobody(),
            tie_strength=np.empty(0, np.float32),
            vector=np.zeros(self.encoder.tweets.vector.shape[1], np.float32),
        )


def _seed(user_id: str, now: int, version: str) -> int:
    digest = blake2b(f"{user_id}\0{now}\0{version}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big")
