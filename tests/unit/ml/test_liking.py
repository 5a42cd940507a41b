"""How likely it is that somebody likes a topic, by what they did lately."""

from __future__ import annotations

import numpy as np
import pytest

from ml.features.liking import BEFORE, liking
from tests.unit.ml.recorded_state import RecordedState

DAY = 24 * 3600


@pytest.fixture
def recorded() -> RecordedState:
    recorded = RecordedState()
    for n in range(20):
        recorded.tweet(f"j{n}", "ann", DAY, topic="jazz")
    return recorded


def likes_jazz(recorded: RecordedState, at: int = DAY) -> float:
    recorded.state.admit_users(["bob"])
    lately, jazz = (
        recorded.state.topic_counts_lately,
        recorded.state.tweets.tags[:1, 0].view(np.int32),
    )
    row = lately.index.find(np.array([recorded.row("bob")], np.int32), jazz)
    return liking(lately.counts.table, int(row[0]), at)


def test_of_whom_nothing_is_known_the_odds_are_as_before(recorded: RecordedState) -> None:
    assert likes_jazz(recorded) == pytest.approx(BEFORE)


def test_passing_by_speaks_against_it_and_engaging_for_it(recorded: RecordedState) -> None:
    recorded.act("bob", "impression", "j0", at=DAY)
    passed = likes_jazz(recorded)
    assert passed < BEFORE
    recorded.act("bob", "like", "j0", at=DAY)
    assert likes_jazz(recorded) > 3 * BEFORE
    recorded.act("bob", "like", "j1", at=DAY)
    assert likes_jazz(recorded) > 0.5


def test_who_refuses_a_topic_does_not_like_it(recorded: RecordedState) -> None:
    recorded.act("bob", "like", "j0", at=DAY)
    recorded.act("bob", "not_interested", "j1", at=DAY)
    assert likes_jazz(recorded) < BEFORE


def test_it_is_forgotten_either_way(recorded: RecordedState) -> None:
    for n in range(20):
        recorded.act("bob", "impression", f"j{n}", at=DAY)
    assert likes_jazz(recorded) < BEFORE / 10
    assert likes_jazz(recorded, 61 * DAY) == pytest.approx(BEFORE, rel=0.01)
    recorded.act("bob", "like", "j0", at=61 * DAY)
    assert likes_jazz(recorded, 61 * DAY) > 3 * BEFORE


def test_what_is_taken_back_no_longer_counts(recorded: RecordedState) -> None:
    recorded.act("bob", "like", "j0", at=DAY)
    recorded.act("bob", "unlike", "j0", at=DAY + 1)
    np.testing.assert_allclose(likes_jazz(recorded, DAY + 1), BEFORE, rtol=1e-3)
