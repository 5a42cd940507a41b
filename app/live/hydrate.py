"""Ids become rows and the clock becomes `now`: what the pipelines read is settled here."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np

from app.live.clock import Clock
from app.live.just_served import JustServed
from app.live.tastes import Tastes
from app.pipeline.batch import Column, Rows
from app.pipeline.query import Query
from ml.embeddings import realgraph
from ml.embeddings.encoder import Encoder
from ml.state.around import Around, among
from ml.state.feature_state import FeatureState


@dataclass(frozen=True, slots=True)
class Hydrate:
    """Makes queries; `version` is of the model, and part of where chance comes from."""

    state: FeatureState
    encoder: Encoder
    tastes: Tastes
    clock: Clock
    version: str
    served_hours: float = 24
    just_served: JustServed = field(default_factory=JustServed)

    def query(self, user_id: str, limit: int) -> Query:
        """What this user asks now."""
        now = self.clock.now()
        seed = _seed(user_id, now, self.version)
        viewer = self.state.users.ids.row(user_id)
        if viewer is None:
            return self._unknown(now, limit, seed)
        around = Around.of(self.state.graph, viewer)
        return Query(
            viewer=viewer,
            now=now,
            limit=limit,
            seed=seed,
            following=around.following,
            tie=self._tie(viewer, around, now),
            vector=self.tastes.of(viewer, now),
            sensitive_ok=bool(self.state.users.sensitive_ok[viewer]),
            walked=around.walked,
            followers=around.followers,
            second=around.second,
            hidden=around.hidden,
            unwelcome=around.unwelcome,
            unwelcome_since=around.unwelcome_since,
            seen=self._seen(viewer, now),
        )

    def _tie(self, viewer: int, around: Around, now: int) -> Column:
        """RealGraph's strength, where one already knows who is followed."""
        followee = around.following
        counts = self.state.tie_counts.read(np.full(len(followee), viewer, np.int32), followee, now)
        back = among(followee, around.followers)
        return realgraph.of_counts(counts, np.ones(len(followee), bool), back)

    def _seen(self, viewer: int, now: int) -> Rows:
        """What the viewer acted on, was shown, or was lately served, sorted."""
        state, lately = self.state, now - int(self.served_hours * 3600)
        seen = (
            state.engaged_by(viewer),
            state.seen_by(viewer),
            state.served_since(viewer, lately),
            self.just_served.since(viewer, lately),
        )
        return np.sort(np.concatenate(seen))

    def _unknown(self, now: int, limit: int, seed: int) -> Query:
        return Query(
            viewer=-1,
            now=now,
            limit=limit,
            seed=seed,
            following=np.empty(0, np.int32),
            tie=np.empty(0, np.float32),
            vector=np.zeros(self.encoder.tweets.vector.shape[1], np.float32),
        )


def _seed(user_id: str, now: int, version: str) -> int:
    digest = blake2b(f"{user_id}\0{now}\0{version}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big")
