"""Who may see a tweet, and what a viewer mutes: the latest word counts, in whatever order."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ml.errors import DataError
from ml.event_log.record import Entry, Kind, Record
from ml.state.feature_state import FeatureState
from ml.state.storage import snapshot
from ml.state.storage.state_diff import differences
from ml.state.tables.audience import FOLLOWERS, MENTIONED, PUBLIC
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users
from ml.state.updates.apply_records import apply_records
from ml.state.updates.retention import retain
from tests.unit.ml.recorded_state import RecordedState

SECOND = 1_000_000


def put(at: int, tweet: str = "t", **row: Any) -> Entry:
    body = {"tweet_id": tweet, "author_id": "ann", "created_at": 1, **row}
    return Entry(f"put {at} {tweet}", Kind.PUT_TWEET, at * SECOND, "ann", body)


def act(at: int, action: str, user: str = "bob", **body: Any) -> Entry:
    body = {"user_id": user, "action": action, **body}
    return Entry(f"{action} {at}", Kind.EVENT, at * SECOND, user, body)


def gone(at: int, user: str) -> Entry:
    return Entry(f"gone {at}", Kind.DELETE_USER, at * SECOND, user, {"user_id": user})


def state_of(*entries: Entry) -> FeatureState:
    state = FeatureState(Users(), Tweets())
    for offset, entry in enumerate(entries, 1):
        apply_records(state, [Record(offset, entry)])
    return state


def visibility(state: FeatureState, tweet: str = "t") -> int:
    return int(state.tweets.audience.visibility[state.tweets.ids.row(tweet)])


def mentions(state: FeatureState, user: str, tweet: str = "t") -> bool:
    row = state.tweets.ids.known([tweet])
    viewer = state.users.ids.row(user)
    return viewer is not None and bool(state.tweets.audience.mentioned(viewer, row)[0])


def test_an_edit_that_names_no_visibility_does_not_publish_a_tweet() -> None:
    state = state_of(put(1, text="secret", visibility="followers"), put(2, text="secret!"))
    assert visibility(state) == FOLLOWERS
    assert visibility(state_of(put(1, text="open"))) == PUBLIC
    assert visibility(state_of(put(1, visibility="followers"), put(2, visibility="public"))) == 0


def test_whatever_the_order_the_state_is_the_same() -> None:
    entries = (
        put(1, visibility="mentioned", mentions=["bob", "cyd"], text="see https://a.example"),
        put(2, text="Wörter"),
        act(3, "mute_word", text="Wörter"),
        act(4, "unmute_word", text="WÖRTER"),
        act(5, "mute_domain", text="a.example", expires_at=9),
    )
    first = state_of(*entries)
    assert visibility(first) == MENTIONED
    assert mentions(first, "bob")
    assert not mentions(first, "ann")
    for order in permutations(entries):
        assert not differences(first, state_of(*order))


def test_the_latest_word_on_a_text_counts_until_it_expires() -> None:
    state = state_of(
        act(1, "mute_word", text="Straße", expires_at=100), act(3, "mute_domain", text="a.example")
    )
    bob = state.users.ids.row("bob")
    assert bob is not None

    def muted(now: int) -> tuple[list[int], int]:
        found = state.mutes.of(bob, now)
        return (sorted(found.phrases), len(found.domains)) if found else ([], 0)

    assert muted(99) == ([1], 1)
    assert muted(100) == ([], 1)
    apply_records(state, [Record(9, act(4, "unmute_domain", text="https://A.example/x"))])
    assert muted(99) == ([1], 0)
    apply_records(state, [Record(10, act(5, "mute_word", text="STRASSE"))])
    assert muted(10**12) == ([1], 0)


@pytest.mark.parametrize("late", [False, True])
def test_who_is_erased_is_mentioned_in_nothing_and_has_muted_nothing(late: bool) -> None:
    earlier = [
        put(1, visibility="mentioned", mentions=["bob", "cyd"]),
        act(2, "mute_word", text="cats"),
        act(2, "mute_domain", text="a.example"),
    ]
    entries = [gone(5, "bob"), *earlier] if late else [*earlier, gone(5, "bob")]
    state = state_of(*entries)
    assert not mentions(state, "bob")
    assert mentions(state, "cyd")
    assert list(state.mutes) == []
    apply_records(state, [Record(9, act(6, "mute_word", text="dogs"))])
    assert [name for _, _, name, _ in state.mutes] == ["dogs"]


def test_a_deleted_tweet_says_nothing_and_mentions_nobody() -> None:
    entry = Entry("-t", Kind.DELETE_TWEET, 3 * SECOND, None, {"tweet_id": "t"})
    facts: dict[str, Any] = {
        "text": "cats at a.example",
        "hashtags": ["dogs"],
        "visibility": "mentioned",
    }
    state = state_of(put(1, mentions=["bob"], **facts), entry)
    row = state.tweets.ids.known(["t"])
    wording = state.tweets.wording
    for lists in (wording.tokens, wording.domains, state.tweets.audience.mentions):
        assert not len(lists.gather(row)[0])


def test_hashtags_and_the_host_of_the_author_outlive_an_edit() -> None:
    body: dict[str, Any] = {"author_id": "ann@home.example", "hashtags": ["Cats"]}
    state = state_of(put(1, text="dogs at a.example", **body), put(2, text="birds", **body))
    for action, text, expected in (
        ("mute_word", "cats", True),
        ("mute_word", "#cats", True),
        ("mute_word", "#birds", False),
        ("mute_word", "dogs", False),
        ("mute_domain", "home.example", True),
        ("mute_domain", "a.example", False),
    ):
        one = state_of(act(3, action, text=text))
        muted = one.mutes.of(0, 10)
        assert muted is not None
        assert state.tweets.wording.matches(np.zeros(1, np.int32), muted).tolist() == [expected]


def test_a_snapshot_holds_audiences_and_mutes(tmp_path: Path) -> None:
    state = state_of(
        put(1, visibility="mentioned", mentions=["bob"], text="cats https://a.example"),
        put(1, "u", visibility="followers", text="dogs"),
        act(3, "mute_word", text="cats", expires_at=100),
        act(4, "unmute_word", text="dogs"),
    )
    snapshot.save(state, tmp_path, tmp_path, "f")
    back = snapshot.load(tmp_path)
    assert differences(state, back) == []
    muted = back.mutes.of(back.users.ids.known(["bob"])[0], 5)
    assert muted is not None
    row = back.tweets.ids.known(["t", "u"])
    assert back.tweets.wording.matches(row, muted).tolist() == [True, False]


def test_a_difference_in_any_of_it_is_one() -> None:
    state = state_of(put(1, visibility="mentioned", mentions=["bob"], text="cats"))
    for other in (
        state_of(put(1, visibility="mentioned", mentions=["cyd"], text="cats")),
        state_of(put(1, visibility="followers", mentions=["bob"], text="cats")),
        state_of(put(1, visibility="mentioned", mentions=["bob"], text="cats at a.example")),
    ):
        assert any(line.startswith("tweets of t") for line in differences(state, other))
    assert any(
        line.startswith("mutes")
        for line in differences(state, state_of(act(1, "mute_word", text="a")))
    )


def test_retention_keeps_audiences_with_their_tweets() -> None:
    recorded = RecordedState()
    recorded.tweet("old", "ann", at=1, visibility="mentioned", mentions=["bob"])
    recorded.tweet("new", "ann", at=90_000, visibility="followers", text="cats")
    recorded.act("bob", "mute_word", text="cats", at=5, expires_at=10)
    retain(recorded.state, now=100_000, keep_hours=4, at_least=0)
    assert recorded.state.tweets.ids.all_ids().to_list() == ["new"]
    assert visibility(recorded.state, "new") == FOLLOWERS
    assert len(recorded.state.tweets.wording.tokens.gather(np.zeros(1, np.int32))[0]) == 1
    assert list(recorded.state.mutes) == []


@pytest.mark.parametrize(
    "entry",
    [
        put(1, visibility="friends"),
        act(1, "mute_word"),
        act(1, "mute_word", text="a", expires_at="x"),
    ],
)
def test_a_record_that_says_nonsense_is_refused(entry: Entry) -> None:
    with pytest.raises(DataError, match="should not have been accepted"):
        state_of(entry)
