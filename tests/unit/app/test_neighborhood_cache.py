"""The users around a viewer are looked up again when the graph has changed, and only then."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from app.serving.neighborhood_cache import NeighborhoodCache
from ml.event_log.record import Kind
from ml.state.tables.neighborhood import Neighborhood
from tests.unit.ml.recorded_state import RecordedState


def follow(recorded: RecordedState) -> None:
    recorded.act("bob", "follow", target_user_id="eve")


def be_followed(recorded: RecordedState) -> None:
    recorded.act("eve", "follow", target_user_id="bob")


def followee_follows(recorded: RecordedState) -> None:
    recorded.act("ann", "follow", target_user_id="eve")


def block(recorded: RecordedState) -> None:
    recorded.act("eve", "block", target_user_id="bob")


def want_less(recorded: RecordedState) -> None:
    recorded.act("bob", "not_interested", "t")


def followee_leaves(recorded: RecordedState) -> None:
    recorded.record(Kind.DELETE_USER, user_id="ann")


def like(recorded: RecordedState) -> None:
    recorded.act("bob", "like", "t")


def see(recorded: RecordedState) -> None:
    recorded.act("bob", "impression", "t")


@pytest.mark.parametrize(
    ("happens", "changes"),
    [(follow, True), (be_followed, True), (followee_follows, True), (block, True),
     (want_less, True), (followee_leaves, True), (like, False), (see, False)],
)  # fmt: skip
def test_it_is_looked_up_again_when_it_may_have_changed(
    happens: Callable[[RecordedState], None], changes: bool
) -> None:
    recorded = RecordedState()
    recorded.tweet("t", "eve")
    recorded.act("bob", "follow", target_user_id="ann")
    cache, bob = NeighborhoodCache(recorded.state), recorded.row("bob")
    before = cache.of(bob)
    happens(recorded)
    after = cache.of(bob)
    assert (after is before) == (not changes)
    for mine, theirs in zip(after, Neighborhood.of(recorded.state.graph, bob), strict=True):
        np.testing.assert_array_equal(mine, theirs)
