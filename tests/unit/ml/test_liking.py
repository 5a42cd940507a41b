"""How likely it is that somebody likes a topic, by what they declare, write and do."""

from __future__ import annotations

import numpy as np
import pytest

from ml.event_log.record import Kind
from ml.features.liking import UNKNOWN, before_seeing, liking, own_posts
from ml.state.structures.counters import CountTable
from ml.state.tables.counted import Counted, counted
from ml.state.tables.counts import Count
from tests.unit.ml.recorded_state import RecordedState

DAY = 24 * 3600
BEFORE = 1 / (1 + np.exp(-UNKNOWN))


@pytest.fixture
def recorded() -> RecordedState:
    recorded = RecordedState()
    for n in range(40):
        recorded.tweet(f"j{n}", "ann", DAY, topic="jazz")
    recorded.record(Kind.PUT_USER, user_id="bob", interests=["go"])
    return recorded


def on_jazz(recorded: RecordedState, user: str, at: int) -> tuple[Counted, Counted]:
    """What a user did about jazz, and about everything."""
    state, row = recorded.state, recorded.row(user)
    jazz = state.tweets.tags[:1, 0].view(np.int32)
    pair = int(state.topic_counts.index.find(np.array([row], np.int32), jazz)[0])
    return (
        counted(CountTable(*state.topic_counts.counts.table), pair, at),
        counted(CountTable(*state.viewer_counts.table), row, at),
    )


def likes_jazz(recorded: RecordedState, at: int = DAY, user: str = "bob", **words: bool) -> float:
    topic, they = on_jazz(recorded, user, at)
    before = before_seeing(
        own_posts(topic, they), 1.0, words.get("declared", False), words.get("declares", True)
    )
    return liking(before, topic, they)


def test_of_whom_nothing_is_known_the_odds_are_as_before(recorded: RecordedState) -> None:
    assert likes_jazz(recorded) == pytest.approx(BEFORE)


def test_declaring_a_topic_speaks_for_it_and_declaring_another_against_it(
    recorded: RecordedState,
) -> None:
    silent = likes_jazz(recorded, declares=False)
    assert likes_jazz(recorded) < silent < likes_jazz(recorded, declared=True)


def test_writing_on_a_topic_speaks_for_it_and_on_others_against_it(
    recorded: RecordedState,
) -> None:
    recorded.tweet("b0", "bob", DAY, topic="go")
    assert likes_jazz(recorded) < BEFORE
    recorded.tweet("b1", "bob", DAY, topic="jazz")
    assert likes_jazz(recorded) > 0.5


def test_passing_by_speaks_against_it_and_engaging_for_it(recorded: RecordedState) -> None:
    recorded.act("bob", "impression", "j0", at=DAY)
    passed = likes_jazz(recorded)
    assert passed < BEFORE
    recorded.act("bob", "like", "j0", at=DAY)
    assert likes_jazz(recorded) > 2 * BEFORE
    recorded.act("bob", "like", "j1", at=DAY)
    recorded.act("bob", "like", "j2", at=DAY)
    assert likes_jazz(recorded) > 0.5


def test_passing_by_at_the_top_speaks_more_against_it(recorded: RecordedState) -> None:
    recorded.act("cat", "impression", "j0", at=DAY, position=30)
    recorded.act("bob", "impression", "j0", at=DAY, position=0)
    assert likes_jazz(recorded) < likes_jazz(recorded, user="cat") < BEFORE


def test_passing_by_what_is_old_speaks_less_against_it(recorded: RecordedState) -> None:
    recorded.act("bob", "impression", "j0", at=DAY)
    recorded.act("cat", "impression", "j0", at=5 * DAY)
    assert likes_jazz(recorded) < likes_jazz(recorded, 5 * DAY, "cat") < BEFORE


def test_an_impression_at_an_unknown_place_of_an_unknown_age_counts_as_one() -> None:
    recorded = RecordedState()
    recorded.tweet("old", "ann", DAY, topic="jazz", created_at=None)
    recorded.act("bob", "impression", "old", at=DAY)
    topic, they = on_jazz(recorded, "bob", DAY)
    assert topic.expected == topic.impression == they.expected == 1


def test_who_refuses_a_topic_does_not_like_it(recorded: RecordedState) -> None:
    recorded.act("bob", "like", "j0", at=DAY)
    recorded.act("bob", "not_interested", "j1", at=DAY)
    assert likes_jazz(recorded) < BEFORE


def test_it_is_forgotten_either_way(recorded: RecordedState) -> None:
    for n in range(40):
        recorded.act("bob", "impression", f"j{n}", at=DAY)
    passed = likes_jazz(recorded)
    assert passed < BEFORE / 5
    assert likes_jazz(recorded, 151 * DAY) == pytest.approx(BEFORE, rel=0.01)


def test_what_is_taken_back_no_longer_counts(recorded: RecordedState) -> None:
    recorded.act("bob", "like", "j0", at=DAY)
    recorded.act("bob", "unlike", "j0", at=DAY + 1)
    np.testing.assert_allclose(likes_jazz(recorded, DAY + 1), BEFORE, rtol=1e-3)


def test_who_posts_has_no_tie_to_themselves(recorded: RecordedState) -> None:
    ann = np.array([recorded.row("ann")], np.int32)
    assert recorded.state.viewer_counts.read(ann, DAY)[0, Count.POST] == 40
    assert recorded.state.tie_counts.index.find(ann, ann)[0] == -1
