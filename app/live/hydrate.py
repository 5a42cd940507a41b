"""Ids become rows and the clock becomes `now`: what the pipelines read is settled here."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from app.live.clock import Clock
from app.pipeline.query import Query
from ml.state.feature_state import FeatureState


@dataclass(frozen=True, slots=True)
class Hydrate:
    """Makes queries; `version` is of the model, and part of where chance comes from."""

    state: FeatureState
    clock: Clock
    version: str

    def query(self, user_id: str, limit: int) -> Query:
        """What this user asks now; the viewer of an unknown id is -1."""
        now = self.clock.now()
        row = self.state.users.ids.row(user_id)
        viewer = -1 if row is None else row
        following = np.empty(0, np.int32)
        if viewer >= 0:
            following, _ = self.state.graph.followees(np.array([viewer], np.int32))
        return Query(
            viewer=viewer,
            now=now,
            limit=limit,
            seed=_seed(user_id, now, self.version),
            following=np.sort(following),
            sensitive_ok=viewer >= 0 and bool(self.state.users.sensitive_ok[viewer]),
        )


def _seed(user_id: str, now: int, version: str) -> int:
    digest = blake2b(f"{user_id}\0{now}\0{version}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big")
