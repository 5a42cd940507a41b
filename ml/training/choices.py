"""What viewers could have chosen, and did: the rows that the listwise stage is fitted on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

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

STRANGERS: Final = 0.25  # of the visits are also asked about as if by somebody never met
NEGATIVES: Final = 0.4  # of the rows that were not chosen; the rest is left out at random
SECOND: Final = 1  # the state is as of the second of each visit


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, and when."""

    viewer: int  # -1 for somebody who was never met
    now: int
    vector: NDArray[np.float32]  # (dim,)
    around: Neighborhood


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
                    theirs = chosen.after(viewer, now)
                    asked = [self._asked_by(viewer, now)]
                    if rng.random() < STRANGERS:
                        asked.append(self._asked_by_nobody(now))
                    choices = [self._choice(viewer, one, theirs, rng) for one in asked]
                    yield from (choice for choice in choices if choice is not None)
                    shown.update()

    def _asked_by(self, viewer: int, now: int) -> Asked:
        vector = self.encoder.viewers(
            self.state, np.array([viewer], np.int32), np.array([now], np.int64)
        )[0]
        around = Neighborhood.of(self.state.graph, viewer)
        return Asked(viewer, now, vector, around)

    def _asked_by_nobody(self, now: int) -> Asked:
        vector = np.zeros(self.encoder.tweets.vector.shape[1], np.float32)
        return Asked(-1, now, vector, Neighborhood.nobody())

    def _choice(
        self, viewer: int, asked: Asked, chosen: Rows, rng: np.random.Generator
    ) -> Choice | None:
        """What a viewer chose of what is proposed to who asks, themselves or somebody unknown."""
        state, now, vector, around = self.state, asked.now, asked.vector, asked.around
        item_item = ItemItem.of(state, asked.viewer)
        fresh = state.fresh(now, self.hours, self.at_least)
        pool = pool_of(
            state, self.encoder, item_item, around, self.evidence.popularity, vector, fresh, now
        )
        pool = pool[~np.isin(pool, state.engaged_by(viewer))]
        is_chosen = np.isin(pool, chosen)
        kept = is_chosen | (rng.random(len(pool)) < NEGATIVES)
        if not is_chosen.any():
            return None
        pairs = Pairs.of_one(state, self.encoder, asked.viewer, pool[kept], now, around, vector)
        features = matrix(pairs)
        predictions = self.bundle.predict(pairs, features)
        base = self.fusion.fuse(predictions).astype(np.float64)
        columns = self.evidence.columns(
            pairs, item_item, features, base / (1 - base), predictions["similarity"]
        )
        return Choice(viewer, columns, is_chosen[kept].astype(np.float32))
