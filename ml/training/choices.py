"""What viewers could have chosen, and did: the rows that the listwise stage is fitted on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from ml.arrays import Rows
from ml.bundle.bundle import Bundle
from ml.embeddings.encoder import Encoder
from ml.embeddings.item_item import ItemItem
from ml.evidence.columns import Evidence
from ml.features import Pairs, matrix
from ml.models.fusion import Fusion
from ml.progress import progress
from ml.state.events import Events
from ml.state.feature_state import FeatureState
from ml.state.tables.neighborhood import Neighborhood
from ml.training.listwise import Choice
from ml.training.pools import pool_of
from ml.training.replay import walk
from ml.training.visits import Choices, Visits

NEGATIVES: Final = 0.4  # of the rows that were not chosen; the rest is left out at random
SECOND: Final = 1  # the state is as of the second of each visit


@dataclass(frozen=True, slots=True)
class Collector:
    """Puts the pools of visits and their evidence together, as serving would."""

    state: FeatureState
    encoder: Encoder
    bundle: Bundle
    fusion: Fusion
    evidence: Evidence
    hours: float  # of the window
    at_least: int  # tweets in it

    def collect(
        self, visits: Visits, rest: Events, chosen: Choices, rng: np.random.Generator
    ) -> Iterator[Choice]:
        """The visits after which something of their pool was chosen.

        Args:
            rest: what happens after the state as it is, and is applied as time goes by.
            chosen: what everybody goes on to choose.
        """
        with progress(len(visits), "listwise", "visits") as shown:
            for rows in walk(self.state, rest, visits.at, SECOND):
                for visit in rows:
                    viewer, now = int(visits.user[visit]), int(visits.at[visit])
                    choice = self._choice(viewer, now, chosen.after(viewer, now), rng)
                    shown.update()
                    if choice is not None:
                        yield choice

    def _choice(
        self, viewer: int, now: int, chosen: Rows, rng: np.random.Generator
    ) -> Choice | None:
        state = self.state
        vector = self.encoder.viewers(
            state, np.array([viewer], np.int32), np.array([now], np.int64)
        )[0]
        item_item = ItemItem.of(state, viewer)
        around = Neighborhood.of(state.graph, viewer)
        fresh = state.fresh(now, self.hours, self.at_least)
        pool = pool_of(
            state, self.encoder, item_item, around, self.evidence.popularity, vector, fresh, now
        )
        is_chosen = np.isin(pool, chosen)
        kept = is_chosen | (rng.random(len(pool)) < NEGATIVES)
        if not is_chosen.any():
            return None
        pairs = Pairs.of_one(state, self.encoder, viewer, pool[kept], now, around)
        features = matrix(pairs)
        predictions = self.bundle.predict(pairs, features)
        base = self.fusion.fuse(predictions).astype(np.float64)
        columns = self.evidence.columns(
            pairs, item_item, features, base / (1 - base), predictions["similarity"]
        )
        return Choice(viewer, columns, is_chosen[kept].astype(np.float32))
