"""Users in three shards, which exchange what they did in public and deltas of counters, see what
they would see in one: the claim of docs/scale.md that is tried."""

from __future__ import annotations

import numpy as np
import pytest

from app.serving.clock import Clock
from app.serving.engine import Engine, assemble
from app.settings import Settings
from ml.actions import Action
from ml.arrays import Rows
from ml.bundle import Bundle
from ml.state.events import Events
from ml.state.feature_state import FeatureState
from ml.state.structures.counters import Counts, DecayedCounts
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users

SHARDS = 3
Catalog = tuple[Users, Tweets]
Delta = tuple[Counts, Counts]  # (tweets, kinds) and (authors, kinds), as of one moment


class Shard:
    """The state of one shard: all of its own users, and of the others what is public."""

    def __init__(self, catalog: Catalog, events: Events, own: np.ndarray) -> None:
        """
        Args:
            own: (events,) whether each is of a user of this shard.
        """
        self.state, self.now = FeatureState(*catalog), int(events.at.max())
        public, looks = in_two(events)
        self.state.apply(public)  # engagements and follows: to all shards
        before = self._counts()
        self.state.apply(looks.where(own[events.action == Action.IMPRESSION]))
        after = self._counts()
        self.delta: Delta = after[0] - before[0], after[1] - before[1]

    def add(self, delta: Delta) -> None:
        """What the users of another shard were shown, as sums."""
        for counts, more in zip(self._tables(), delta, strict=True):
            row, kind = np.nonzero(more)
            at = np.full(len(row), self.now)
            counts.add(row.astype(np.int32), kind.astype(np.int64), at, more[row, kind])

    def _tables(self) -> tuple[DecayedCounts, DecayedCounts]:
        return self.state.tweet_counts, self.state.author_counts

    def _counts(self) -> Delta:
        tweet, author = (
            counts.read(np.arange(len(counts), dtype=np.int32), self.now)
            for counts in self._tables()
        )
        return tweet, author


def in_two(events: Events) -> tuple[Events, Events]:
    """What people did, and what they were shown; both states apply one after the other."""
    looks = events.action == Action.IMPRESSION
    return events.where(~looks), events.where(looks)


def engine_of(settings: Settings, state: FeatureState, bundle: Bundle, now: int) -> Engine:
    return assemble(settings, state, bundle, Clock("frozen", lambda: float(now)))


def timeline(engine: Engine, viewer: str) -> tuple[list[int], np.ndarray]:
    served = engine.products["for_you"].run(engine.hydrate.query(viewer, 20))
    return served.batch.tweet.tolist(), served.batch["score"]


@pytest.fixture(scope="module")
def shard_of(tiny_catalog: Catalog) -> Rows:
    """(users,) the shard of each."""
    return np.arange(len(tiny_catalog[0]), dtype=np.int32) % SHARDS


@pytest.fixture(scope="module")
def shards(tiny_catalog: Catalog, tiny_events: Events, shard_of: Rows) -> list[Shard]:
    home = shard_of[tiny_events.user]
    return [Shard(tiny_catalog, tiny_events, home == number) for number in range(SHARDS)]


@pytest.fixture(scope="module")
def whole(tiny_catalog: Catalog, tiny_events: Events) -> FeatureState:
    state = FeatureState(*tiny_catalog)
    for part in in_two(tiny_events):
        state.apply(part)
    return state


def test_every_timeline_equals_the_unsharded_one(
    shards: list[Shard],
    whole: FeatureState,
    shard_of: Rows,
    tiny_bundle: Bundle,
    tiny_settings: Settings,
) -> None:
    now = shards[0].now
    before, first = engine_of(tiny_settings, shards[0].state, tiny_bundle, now), shard_of == 0
    some = whole.users.ids.ids(np.flatnonzero(first).astype(np.int32)[:10])
    alone = [timeline(before, viewer) for viewer in some]
    for shard in shards:
        for other in shards:
            if other is not shard:
                shard.add(other.delta)
    everything = engine_of(tiny_settings, whole, tiny_bundle, now)
    differ = 0
    for number, shard in enumerate(shards):
        engine = engine_of(tiny_settings, shard.state, tiny_bundle, now)
        viewers = whole.users.ids.ids(np.flatnonzero(shard_of == number).astype(np.int32))
        for place, viewer in enumerate(viewers):
            expected, found = timeline(everything, viewer), timeline(engine, viewer)
            assert found[0] == expected[0], viewer
            np.testing.assert_allclose(found[1], expected[1], rtol=1e-6)
            if number == 0 and place < len(alone):
                differ += not np.allclose(alone[place][1], expected[1], rtol=1e-6)
    assert differ, "without the deltas it was equal too, so nothing was tried"


def test_who_was_shown_what_stays_at_home(shards: list[Shard], shard_of: Rows) -> None:
    for number, shard in enumerate(shards):
        seen = np.unique(shard.state.seen.index.left)
        assert len(seen)
        assert set(shard_of[seen].tolist()) == {number}
