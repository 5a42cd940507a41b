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
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users
from ml.state.updates.apply_records import apply_records
from tests.unit.ml.recorded_state import RecordedState

DAY = 86_400


def _act(user: str, action: str, tweet: str) -> dict[str, Any]:
    return {"user_id": user, "action": action, "tweet_id": tweet}


@pytest.fixture
def told() -> RecordedState:
    return RecordedState()


def test_a_tweet_can_be_shown_and_liked_at_once(told: RecordedState) -> None:
    taken = told.tweet("t", "ann", topic="Jazz", has_media=True)
    assert told.tweets(taken.tweets) == ["t"]
    assert told.state.users.ids.ids(taken.users) == ["ann"]
    assert told.tweets(told.state.by_time) == ["t"]
    taken = told.act("bob", "like", "t")
    assert told.state.users.ids.ids(taken.users) == ["bob"]
    assert told.tweets(told.state.engaged_by(told.row("bob"))) == ["t"]
    assert told.count("ann", Count.LIKE) == pytest.approx(1, rel=1e-3)
    assert told.count("ann", Count.POST) == pytest.approx(1, rel=1e-3)


def test_what_happens_to_a_tweet_that_is_not_here_waits_for_it(told: RecordedState) -> None:
    told.act("bob", "like", "t")
    told.act("bob", "block", "t", target_user_id="eve")
    assert len(told.state.pending_events) == 2
    assert told.state.graph.hides(*(np.array([told.row(who)], np.int32) for who in ("bob", "eve")))
    told.tweet("t", "ann")
    assert len(told.state.pending_events) == 0
    assert told.tweets(told.state.engaged_by(told.row("bob"))) == ["t"]


def test_a_deleted_tweet_never_comes_back(told: RecordedState) -> None:
    told.record(Kind.DELETE_TWEET, tweet_id="late")
    told.tweet("late", "ann")
    told.tweet("early", "ann")
    told.act("bob", "like", "early")
    told.record(Kind.DELETE_TWEET, tweet_id="early")
    told.tweet("early", "ann")
    told.act("bob", "retweet", "early")
    state = told.state
    assert not len(state.by_time)
    assert not len(state.posts.of(told.row("ann")))
    assert (state.history.tweet == -1).all()
    assert state.tweets.text == [None, None]


def test_a_later_put_changes_what_a_tweet_says_and_nothing_else(told: RecordedState) -> None:
    told.tweet("t", "ann", 10, text="new", hashtags=["a", "b"])
    taken = told.tweet("t", "bob", 5, text="old")
    assert not len(taken.tweets)
    taken = told.tweet("t", "bob", 20, text="newest", nsfw=True)
    assert told.tweets(taken.tweets) == ["t"]
    tweets = told.state.tweets
    assert (tweets.text, tweets.nsfw.tolist()) == (["newest"], [1])
    assert tweets.author.tolist() == [told.row("ann")]
    assert tweets.created_at.tolist() == [10]
    assert np.expm1(tweets.metadata[0, -2]) == pytest.approx(2)


def test_tweets_that_come_late_are_shown_in_the_order_of_time(told: RecordedState) -> None:
    for tweet, at in (("c", 30), ("a", 10), ("d", 40), ("b", 20)):
        told.tweet(tweet, "ann", at)
    assert told.tweets(told.state.by_time) == ["a", "b", "c", "d"]
    assert told.tweets(told.state.published(20)) == ["a", "b"]


def test_a_thread_finds_its_beginning_when_that_comes(told: RecordedState) -> None:
    told.tweet("reply", "ann", in_reply_to_id="root")
    told.tweet("deep", "ann", in_reply_to_id="reply", conversation_id="root")
    tweets = told.state.tweets
    assert told.tweets(tweets.conversation) == ["reply", "reply"]
    told.tweet("root", "bob")
    assert told.tweets(tweets.conversation) == ["root", "root", "root"]


def test_served_seen_and_engaged_are_three_things(told: RecordedState) -> None:
    for tweet in "abc":
        told.tweet(tweet, "ann")
    told.record(Kind.SERVED, 1000, user_id="bob", shown=["c", "a"], impressions=True)
    told.record(Kind.SERVED, 2000, user_id="bob", shown=["b"], impressions=False)
    bob = told.row("bob")
    assert told.tweets(told.state.seen_by(bob)) == ["a", "c"]
    assert not len(told.state.seen_by(bob, since=1001))
    assert told.tweets(told.state.served_since(bob, 0)) == ["a", "b", "c"]
    assert told.tweets(told.state.served_since(bob, 1500)) == ["b"]
    assert not len(told.state.engaged_by(bob))


def test_a_crowd_cannot_bury_an_author(told: RecordedState) -> None:
    told.tweet("t", "ann")
    told.tweet("u", "ann")
    for number in range(50):
        told.act(f"foe{number}", "block", target_user_id="ann")
        told.act(f"foe{number}", "report", "t")
        told.act(f"foe{number}", "report", "u")
    for kind in (Count.NEGATIVE, Count.REPORT):
        assert told.count("ann", kind) == pytest.approx(DAILY, rel=1e-3)
    for number in range(48):
        told.act(f"foe{number}", "unblock", target_user_id="ann")
    assert told.count("ann", Count.NEGATIVE) == pytest.approx(2, rel=1e-3)
    for number in range(50):
        told.act(f"fan{number}", "block", target_user_id="ann", at=DAY + number)
    assert told.count("ann", Count.NEGATIVE) > DAILY


def test_a_complaint_is_remembered_of_the_author(told: RecordedState) -> None:
    told.tweet("t", "ann")
    told.act("bob", "not_interested", "t", at=77)
    pair = [np.array([told.row(who)], np.int32) for who in ("bob", "ann")]
    assert told.state.graph.not_interested_since(*pair).tolist() == [77]
    assert np.isnan(told.state.graph.not_interested_since(*pair[::-1])).all()


def test_the_history_is_made_good_when_the_newest_is_taken_back(told: RecordedState) -> None:
    names = [f"t{number}" for number in range(LENGTH + 5)]
    for name in names:
        told.tweet(name, "ann")
        told.act("bob", "like", name)
    told.act("bob", "unlike", names[-1])
    history = told.state.history
    assert told.tweets(history.tweet[told.row("bob")]) == names[-2 : -LENGTH - 2 : -1]
    assert history.written[told.row("bob")] == LENGTH + 4


def test_who_is_erased_leaves_nothing(told: RecordedState) -> None:
    told.tweet("t", "ann")
    told.tweet("mine", "bob")
    told.record(Kind.PUT_USER, user_id="bob", name="Bob", interests=["jazz"])
    told.act("bob", "like", "t")
    told.act("bob", "follow", target_user_id="ann")
    told.act("ann", "follow", target_user_id="bob")
    told.act("ann", "like", "mine")
    told.record(Kind.SERVED, user_id="bob", shown=["t"], impressions=True)
    told.record(Kind.DELETE_USER, user_id="bob")
    told.act("bob", "retweet", "t", at=2)  # earlier, and heard of later
    told.tweet("older", "bob", 3)
    state, bob = told.state, told.row("bob")
    assert not len(state.engaged_by(bob))
    assert not len(state.seen_by(bob))
    assert not len(state.served_since(bob, 0))
    assert told.tweets(state.by_time) == ["t"]
    assert not state.graph.followers.any()
    assert (state.history.tweet == -1).all()
    assert state.users.name[bob] is None
    assert not state.users.interests[bob].any()
    assert told.count("ann", Count.LIKE) == pytest.approx(0, abs=1e-12)
    assert not np.abs(state.viewer_counts.read(np.array([bob], np.int32), state.newest)).any()
    told.act("bob", "like", "t")
    assert told.tweets(state.engaged_by(bob)) == ["t"]


def test_who_comes_back_keeps_what_they_do_then_in_batches_of_any_size(told: RecordedState) -> None:
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
            start=told.offset + 1,
        )
    ]
    for record in records:
        apply_records(told.state, [record])
    at_once = FeatureState(Users(), Tweets())
    apply_records(at_once, records)
    assert not differences(told.state, at_once)
    assert at_once.offset == told.state.offset == records[-1].offset
    bob = np.array([told.row("bob")], np.int32)
    assert at_once.viewer_counts.read(bob, at_once.newest)[0, Count.LIKE] == pytest.approx(1)


def test_what_is_read_before_a_batch_stays_as_it_was(told: RecordedState) -> None:
    told.tweet("t", "ann")
    before = told.state.tweets.author
    for number in range(20):
        told.tweet(f"t{number}", "bob")
    assert before.tolist() == [told.row("ann")]
    assert len(told.state.tweets.author) == len(told.state.tweets) == 21
    assert len(told.state.graph.followers) == len(told.state.users) == 2


def test_a_snapshot_of_a_living_state_goes_on_where_it_stopped(
    told: RecordedState, tmp_path: Path
) -> None:
    told.tweet("reply", "ann", in_reply_to_id="root")
    told.act("bob", "like", "reply")
    told.act("bob", "like", "absent")
    told.record(Kind.DELETE_TWEET, tweet_id="gone")
    snapshot.save(told.state, tmp_path, tmp_path, "none")
    again = RecordedState()
    again.state, again.offset = snapshot.load(tmp_path), told.offset
    assert again.state.offset == told.offset
    for one in (told, again):
        one.tweet("gone", "ann")
        one.tweet("absent", "bob")
        one.tweet("root", "bob")
        one.act("cid", "follow", target_user_id="ann")
    assert not differences(told.state, again.state)


@pytest.mark.parametrize(
    "body",
    [
        {"action": "like", "user_id": "a"},
        {"action": "adore", "user_id": "a", "tweet_id": "t"},
        {"action": "like", "tweet_id": "t"},
    ],
)
def test_what_should_never_have_been_accepted_is_refused(
    told: RecordedState, body: dict[str, Any]
) -> None:
    with pytest.raises(DataError, match="record 1 of the log"):
        told.record(Kind.EVENT, **body)
