"""What is let go is what is old; the rest is as it was, whatever its row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ml.bundle import Bundle
from ml.event_log.record import Kind
from ml.models.encode import TowerEncoder
from ml.state.feature_state import FeatureState
from ml.state.storage import snapshot
from ml.state.storage.state_diff import canonical, differences
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users
from ml.state.updates.apply_records import AppliedRecords
from ml.state.updates.retention import retain
from tests.unit.ml.recorded_state import RecordedState

HOUR = 3600


@pytest.fixture
def recorded() -> RecordedState:
    """Ten tweets, an hour apart; Bob saw them all, and likes the third."""
    recorded = RecordedState()
    for hour in range(10):
        recorded.tweet(
            f"t{hour}", "ann", hour * HOUR + 1, in_reply_to_id="t0" if hour == 9 else None
        )
        recorded.act("bob", "impression", f"t{hour}", at=hour * HOUR + 2)
    recorded.act("bob", "like", "t2", at=2 * HOUR + 3)
    return recorded


def test_what_is_young_enough_stays_as_it_was(recorded: RecordedState) -> None:
    before = canonical(recorded.state)
    kept = retain(recorded.state, 9 * HOUR, keep_hours=100, at_least=0)
    assert not kept.moved
    assert canonical(recorded.state) == before


def test_old_tweets_go_but_for_the_newest_and_the_liked(recorded: RecordedState) -> None:
    retain(recorded.state, 10 * HOUR, keep_hours=1.5, at_least=3)
    assert recorded.tweets(recorded.state.by_time) == ["t2", "t7", "t8", "t9"]
    assert recorded.tweets(recorded.state.posts.of(recorded.row("ann"))) == ["t2", "t7", "t8", "t9"]
    assert recorded.tweets(
        recorded.state.history.of(np.array([recorded.row("bob")]))[0][0, :1]
    ) == ["t2"]
    assert recorded.tweets(recorded.state.tweets.conversation) == ["t2", "t7", "t8", "t9"]


def test_what_was_seen_leaves_a_trace(recorded: RecordedState) -> None:
    bob, ann = recorded.row("bob"), recorded.row("ann")
    retain(recorded.state, 10 * HOUR, keep_hours=1.5, at_least=3)
    state, row = recorded.state, np.arange(4, dtype=np.int32)
    assert recorded.tweets(state.seen.of(bob)) == ["t9"]
    assert state.may_have_seen(bob, row).tolist() == [True, True, True, False]
    assert not state.may_have_seen(ann, row).any()


def test_a_tweet_that_was_let_go_may_come_again_unless_it_was_deleted(
    recorded: RecordedState,
) -> None:
    recorded.record(Kind.DELETE_TWEET, tweet_id="t1")
    retain(recorded.state, 10 * HOUR, keep_hours=1.5, at_least=0)
    recorded.tweet("t1", "ann", 11 * HOUR)
    recorded.tweet("t3", "ann", 11 * HOUR)
    assert recorded.tweets(recorded.state.by_time) == ["t2", "t9", "t3"]


def test_life_goes_on_with_new_rows(recorded: RecordedState, tmp_path: Path) -> None:
    retain(recorded.state, 10 * HOUR, keep_hours=1.5, at_least=0)
    recorded.act("bob", "unlike", "t2", at=11 * HOUR)
    recorded.act("cid", "like", "t9", at=11 * HOUR)
    recorded.act("cid", "like", "t4", at=11 * HOUR)
    recorded.tweet("t10", "bob", 11 * HOUR, in_reply_to_id="t9")
    assert recorded.tweets(recorded.state.engaged_by(recorded.row("cid"))) == ["t9"]
    assert len(recorded.state.pending_events) == 1
    assert (recorded.state.history.tweet[recorded.row("bob")] == -1).all()
    snapshot.save(recorded.state, tmp_path, tmp_path, "none")
    assert not differences(recorded.state, snapshot.load(tmp_path))


def test_faded_ties_are_forgotten(recorded: RecordedState) -> None:
    retain(recorded.state, 10 * HOUR, keep_hours=1000, at_least=0)
    assert len(recorded.state.tie_counts.index) == 1
    retain(recorded.state, 10 * 365 * 24 * HOUR, keep_hours=1e6, at_least=0)
    assert len(recorded.state.tie_counts.index) == 0


def test_old_ties_go_but_for_what_may_still_be_taken_back(recorded: RecordedState) -> None:
    recorded.act("bob", "mute", at=10 * HOUR, target_user_id="cat")
    recorded.tweet("new", "dan", 30 * HOUR)
    recorded.act("bob", "like", "new", at=30 * HOUR)
    ties, now = recorded.state.tie_counts, 60 * HOUR
    retain(recorded.state, now, keep_hours=40, at_least=0)
    met = recorded.state.users.ids.ids(ties.index.right)
    assert met == ["cat", "dan"]
    recorded.act("bob", "unmute", at=now, target_user_id="cat")
    rows = np.arange(len(ties.index), dtype=np.int32)
    assert (ties.counts.read(rows, now) > -1e-9).all()


def test_the_encoder_follows(tiny_bundle: Bundle, recorded: RecordedState) -> None:
    """Grown tweet by tweet, or encoded anew, before and after: the same vectors."""
    encoder = tiny_bundle.encode(FeatureState(Users(), Tweets()))
    assert isinstance(encoder, TowerEncoder)
    everything, everybody = (
        np.arange(len(part), dtype=np.int32)
        for part in (recorded.state.tweets, recorded.state.users)
    )
    encoder.extend(recorded.state, AppliedRecords(everything, everybody, np.empty(0, np.int32)))
    same(encoder, tiny_bundle.encode(recorded.state))
    for taken in (
        recorded.tweet("t9", "ann", 12 * HOUR, text="something else entirely"),
        recorded.tweet("new", "dan", 12 * HOUR),
        recorded.record(Kind.PUT_USER, user_id="ann", interests=["jazz"]),
    ):
        encoder.extend(recorded.state, taken)
    same(encoder, tiny_bundle.encode(recorded.state))
    kept = retain(recorded.state, 10 * HOUR, keep_hours=1.5, at_least=0)
    encoder.keep(recorded.state, kept.tweet)
    same(encoder, tiny_bundle.encode(recorded.state))


def same(one: object, other: object) -> None:
    assert isinstance(one, TowerEncoder)
    assert isinstance(other, TowerEncoder)
    np.testing.assert_allclose(one.authors, other.authors, atol=1e-6)
    for name in one.tweets.FILL:
        mine, theirs = getattr(one.tweets, name), getattr(other.tweets, name)
        np.testing.assert_allclose(mine, theirs, atol=1e-6)
