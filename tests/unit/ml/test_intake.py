"""Records come in by one door, and have their effect whenever they come."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ml.errors import DataError
from ml.event_log.record import Entry, Kind, Record
from ml.state.feature_state import FeatureState
from ml.state.storage import snapshot
from ml.state.storage.state_diff import differences
from ml.state.tables.complaints import DAILY
from ml.state.tables.counts import Count
from ml.state.tables.history import LENGTH
from ml.state.tables.seniority import LEAST
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users
from ml.state.updates.apply_records import apply_records
from tests.unit.ml.recorded_state import RecordedState

DAY = 86_400


def _act(user: str, action: str, tweet: str) -> dict[str, Any]:
    return {"user_id": user, "action": action, "tweet_id": tweet}


@pytest.fixture
def recorded() -> RecordedState:
    return RecordedState()


def test_a_tweet_can_be_shown_and_liked_at_once(recorded: RecordedState) -> None:
    taken = recorded.tweet("t", "ann", topic="Jazz", has_media=True)
    assert recorded.tweets(taken.tweets) == ["t"]
    assert recorded.state.users.ids.ids(taken.users) == ["ann"]
    assert recorded.tweets(recorded.state.by_time) == ["t"]
    taken = recorded.act("bob", "like", "t")
    assert recorded.state.users.ids.ids(taken.users) == ["bob"]
    assert recorded.tweets(recorded.state.engaged_by(recorded.row("bob"))) == ["t"]
    assert recorded.count("ann", Count.LIKE) == pytest.approx(1, rel=1e-3)
    assert recorded.count("ann", Count.POST) == pytest.approx(1, rel=1e-3)


def test_what_happens_to_a_tweet_that_is_not_here_waits_for_it(recorded: RecordedState) -> None:
    recorded.act("bob", "like", "t")
    recorded.act("bob", "block", "t", target_user_id="eve")
    assert len(recorded.state.pending_events) == 2
    assert recorded.state.graph.hides(
        *(np.array([recorded.row(who)], np.int32) for who in ("bob", "eve"))
    )
    recorded.tweet("t", "ann")
    assert len(recorded.state.pending_events) == 0
    assert recorded.tweets(recorded.state.engaged_by(recorded.row("bob"))) == ["t"]


def test_a_deleted_tweet_never_comes_back(recorded: RecordedState) -> None:
    recorded.record(Kind.DELETE_TWEET, tweet_id="late")
    recorded.tweet("late", "ann")
    recorded.tweet("early", "ann")
    recorded.act("bob", "like", "early")
    recorded.record(Kind.DELETE_TWEET, tweet_id="early")
    recorded.tweet("early", "ann")
    recorded.act("bob", "retweet", "early")
    state = recorded.state
    assert not len(state.by_time)
    assert not len(state.posts.of(recorded.row("ann")))
    assert (state.history.tweet == -1).all()
    assert state.tweets.text == [None, None]


def test_a_later_put_changes_what_a_tweet_says_and_nothing_else(recorded: RecordedState) -> None:
    recorded.tweet("t", "ann", 10, text="new", hashtags=["a", "b"])
    taken = recorded.tweet("t", "bob", 5, text="old")
    assert not len(taken.tweets)
    taken = recorded.tweet("t", "bob", 20, text="newest", nsfw=True)
    assert recorded.tweets(taken.tweets) == ["t"]
    tweets = recorded.state.tweets
    assert (tweets.text, tweets.nsfw.tolist()) == (["newest"], [1])
    assert tweets.author.tolist() == [recorded.row("ann")]
    assert tweets.created_at.tolist() == [10]
    assert np.expm1(tweets.metadata[0, -2]) == pytest.approx(2)


def test_tweets_that_come_late_are_shown_in_the_order_of_time(recorded: RecordedState) -> None:
    for tweet, at in (("c", 30), ("a", 10), ("d", 40), ("b", 20)):
        recorded.tweet(tweet, "ann", at)
    assert recorded.tweets(recorded.state.by_time) == ["a", "b", "c", "d"]
    assert recorded.tweets(recorded.state.published(20)) == ["a", "b"]


def test_a_thread_finds_its_beginning_when_that_comes(recorded: RecordedState) -> None:
    recorded.tweet("reply", "ann", in_reply_to_id="root")
    recorded.tweet("deep", "ann", in_reply_to_id="reply", conversation_id="root")
    tweets = recorded.state.tweets
    assert recorded.tweets(tweets.conversation) == ["reply", "reply"]
    recorded.tweet("root", "bob")
    assert recorded.tweets(tweets.conversation) == ["root", "root", "root"]


def test_served_seen_and_engaged_are_three_things(recorded: RecordedState) -> None:
    for tweet in "abc":
        recorded.tweet(tweet, "ann")
    recorded.record(Kind.SERVED, 1000, user_id="bob", shown=["c", "a"], impressions=True)
    recorded.record(Kind.SERVED, 2000, user_id="bob", shown=["b"], impressions=False)
    bob = recorded.row("bob")
    assert recorded.tweets(recorded.state.seen.of(bob)) == ["a", "c"]
    assert not len(recorded.state.seen.of(bob, since=1001))
    assert recorded.tweets(recorded.state.served_since(bob, 0)) == ["a", "b", "c"]
    assert recorded.tweets(recorded.state.served_since(bob, 1500)) == ["b"]
    assert not len(recorded.state.engaged_by(bob))


def test_a_crowd_cannot_bury_an_author(recorded: RecordedState) -> None:
    """Not even one that is as established as anybody."""
    recorded.tweet("t", "ann", 1)
    recorded.tweet("u", "ann", 1)
    for number in range(50):
        recorded.act(f"foe{number}", "block", target_user_id="ann", at=9)
        recorded.act(f"foe{number}", "report", "t", at=9)
        recorded.act(f"foe{number}", "report", "u", at=9)
    for kind in (Count.NEGATIVE, Count.REPORT):
        assert recorded.count("ann", kind) == pytest.approx(DAILY, rel=1e-3)
    for number in range(48):
        recorded.act(f"foe{number}", "unblock", target_user_id="ann", at=10)
    assert recorded.count("ann", Count.NEGATIVE) == pytest.approx(2, rel=1e-3)
    for number in range(10):
        recorded.act(f"foe{number}", "block", target_user_id="ann", at=DAY + 9)
    assert recorded.count("ann", Count.NEGATIVE) > DAILY


def test_a_crowd_of_new_accounts_weighs_next_to_nothing(recorded: RecordedState) -> None:
    recorded.tweet("t", "ann", 1)
    recorded.act("bob", "like", "t", at=9)
    for number in range(200):
        recorded.act(f"new{number}", "block", target_user_id="ann", at=30 * DAY)
        recorded.act(f"new{number}", "report", "t", at=30 * DAY)
    for kind in (Count.NEGATIVE, Count.REPORT):
        assert recorded.count("ann", kind) == pytest.approx(200 * LEAST, rel=1e-3)
    for number in range(200):
        recorded.act(f"new{number}", "unblock", target_user_id="ann", at=60 * DAY)
    assert recorded.count("ann", Count.NEGATIVE) == pytest.approx(0, abs=1e-12)


def test_a_complaint_is_remembered_of_the_author(recorded: RecordedState) -> None:
    recorded.tweet("t", "ann")
    recorded.act("bob", "not_interested", "t", at=77)
    pair = [np.array([recorded.row(who)], np.int32) for who in ("bob", "ann")]
    assert recorded.state.graph.not_interested_since(*pair).tolist() == [77]
    assert np.isnan(recorded.state.graph.not_interested_since(*pair[::-1])).all()


def test_the_history_is_made_good_when_the_newest_is_taken_back(recorded: RecordedState) -> None:
    names = [f"t{number}" for number in range(LENGTH + 5)]
    for name in names:
        recorded.tweet(name, "ann")
        recorded.act("bob", "like", name)
    recorded.act("bob", "unlike", names[-1])
    history = recorded.state.history
    assert recorded.tweets(history.tweet[recorded.row("bob")]) == names[-2 : -LENGTH - 2 : -1]
    assert history.written[recorded.row("bob")] == LENGTH + 4


def test_who_is_erased_leaves_nothing(recorded: RecordedState) -> None:
    recorded.tweet("t", "ann")
    recorded.tweet("mine", "bob")
    recorded.record(Kind.PUT_USER, user_id="bob", name="Bob", interests=["jazz"])
    recorded.act("bob", "like", "t")
    recorded.act("bob", "follow", target_user_id="ann")
    recorded.act("ann", "follow", target_user_id="bob")
    recorded.act("ann", "like", "mine")
    recorded.record(Kind.SERVED, user_id="bob", shown=["t"], impressions=True)
    recorded.record(Kind.DELETE_USER, user_id="bob")
    recorded.act("bob", "retweet", "t", at=2)  # earlier, and heard of later
    recorded.tweet("older", "bob", 3)
    state, bob = recorded.state, recorded.row("bob")
    assert not len(state.engaged_by(bob))
    assert not len(state.seen.of(bob))
    assert not len(state.served_since(bob, 0))
    assert recorded.tweets(state.by_time) == ["t"]
    assert not state.graph.followers.any()
    assert (state.history.tweet == -1).all()
    assert state.users.name[bob] is None
    assert not state.users.interests[bob].any()
    assert recorded.count("ann", Count.LIKE) == pytest.approx(0, abs=1e-12)
    assert not np.abs(state.viewer_counts.read(np.array([bob], np.int32), state.newest)).any()
    recorded.act("bob", "like", "t")
    assert recorded.tweets(state.engaged_by(bob)) == ["t"]


def test_who_comes_back_keeps_what_they_do_then_in_batches_of_any_size(
    recorded: RecordedState,
) -> None:
    acts = [("like", "t"), ("impression", "t"), ("retweet", "t")]
    records = [
        Record(place, Entry(f"r{place}", kind, 100_000_000 + place, "bob", body))
        for place, (kind, body) in enumerate(
            [
                (Kind.PUT_TWEET, {"tweet_id": "t", "author_id": "ann", "topic": "jazz"}),
                *((Kind.EVENT, _act("bob", *act)) for act in acts),
                (Kind.DELETE_USER, {"user_id": "bob"}),
                *((Kind.EVENT, _act("bob", *act)) for act in acts),
            ],
            start=recorded.offset + 1,
        )
    ]
    for record in records:
        apply_records(recorded.state, [record])
    at_once = FeatureState(Users(), Tweets())
    apply_records(at_once, records)
    assert not differences(recorded.state, at_once)
    assert at_once.offset == recorded.state.offset == records[-1].offset
    bob = np.array([recorded.row("bob")], np.int32)
    assert at_once.viewer_counts.read(bob, at_once.newest)[0, Count.LIKE] == pytest.approx(1)


def test_what_is_read_before_a_batch_stays_as_it_was(recorded: RecordedState) -> None:
    recorded.tweet("t", "ann")
    before = recorded.state.tweets.author
    for number in range(20):
        recorded.tweet(f"t{number}", "bob")
    assert before.tolist() == [recorded.row("ann")]
    assert len(recorded.state.tweets.author) == len(recorded.state.tweets) == 21
    assert len(recorded.state.graph.followers) == len(recorded.state.users) == 2


def test_a_snapshot_of_a_living_state_goes_on_where_it_stopped(
    recorded: RecordedState, tmp_path: Path
) -> None:
    recorded.tweet("reply", "ann", in_reply_to_id="root")
    recorded.act("bob", "like", "reply")
    recorded.act("bob", "like", "absent")
    recorded.record(Kind.DELETE_TWEET, tweet_id="gone")
    snapshot.save(recorded.state, tmp_path, tmp_path, "none")
    again = RecordedState()
    again.state, again.offset = snapshot.load(tmp_path), recorded.offset
    assert again.state.offset == recorded.offset
    for one in (recorded, again):
        one.tweet("gone", "ann")
        one.tweet("absent", "bob")
        one.tweet("root", "bob")
        one.act("cid", "follow", target_user_id="ann")
    assert not differences(recorded.state, again.state)


@pytest.mark.parametrize(
    "body",
    [
        {"action": "like", "user_id": "a"},
        {"action": "adore", "user_id": "a", "tweet_id": "t"},
        {"action": "like", "tweet_id": "t"},
    ],
)
def test_what_should_never_have_been_accepted_is_refused(
    recorded: RecordedState, body: dict[str, Any]
) -> None:
    with pytest.raises(DataError, match="record 1 of the log"):
        recorded.record(Kind.EVENT, **body)
