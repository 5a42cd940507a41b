"""What is known depends on what happened and when, not on what arrives first."""

from __future__ import annotations

import random
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.dataset.coercion import dtype
from ml.dataset.ids import IdKind
from ml.event_log.bodies import json_of
from ml.event_log.record import Entry, Kind, Record
from ml.preferences import VERBS
from ml.schema import TWEETS, USERS, VISIBILITIES
from ml.state.feature_state import FeatureState
from ml.state.storage import snapshot
from ml.state.storage.state_diff import differences
from ml.state.tables import views
from ml.state.tables.seniority import ACTIVE_DAYS
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users
from ml.state.updates.apply_records import apply_records

SECOND = 1_000_000
DAY = 86_400 * SECOND
ON_TWEETS = (
    "like",
    "unlike",
    "retweet",
    "unretweet",
    "reply",
    "click",
    "not_interested",
    "report",
    "impression",
)
ON_USERS = ("follow", "unfollow", "mute", "unmute", "block", "unblock")
ON_TEXTS = ("mute_word", "unmute_word", "mute_domain", "unmute_domain")

user_ids = st.sampled_from("abc")
tweet_ids = st.sampled_from(["t0", "t1", "t2", "t3"])
times = st.integers(0, 6).map(lambda n: n * DAY // 2 + n // 3)


def new_state() -> FeatureState:
    users, tweets = (
        pl.DataFrame(schema={f.name: dtype(f, IdKind.TEXT) for f in table.fields})
        for table in (USERS, TWEETS)
    )
    known = Users.of(users)
    return FeatureState(known, Tweets.of(tweets, known))


def put_tweet(
    tweet: str, text: str, visibility: str | None = None, mentions: list[str] | None = None
) -> dict[str, Any]:
    """Who wrote a tweet, when and on what never changes; its text and its audience do."""
    number = int(tweet[1])
    return {
        "tweet_id": tweet,
        "author_id": "abc"[number % 3],
        "created_at": number * 1000,
        "text": text,
        "topic": ("jazz", None)[number % 2],
        "hashtags": ["a"] * number,
        "in_reply_to_id": (None, "t0", "t3", "t9")[number],
        "conversation_id": (None, None, "t0", "t9")[number],
        "visibility": visibility,
        "mentions": mentions,
    }


bodies = st.one_of(
    st.builds(
        lambda action, user, tweet: (
            Kind.EVENT,
            {"action": action, "user_id": user, "tweet_id": tweet},
        ),
        st.sampled_from(ON_TWEETS),
        user_ids,
        tweet_ids,
    ),
    st.builds(
        lambda action, user, target, tweet: (
            Kind.EVENT,
            {"action": action, "user_id": user, "target_user_id": target, "tweet_id": tweet},
        ),
        st.sampled_from(ON_USERS),
        user_ids,
        user_ids,
        st.none() | tweet_ids,
    ),
    st.builds(
        lambda tweet, *columns: (Kind.PUT_TWEET, put_tweet(tweet, *columns)),
        tweet_ids,
        st.sampled_from(["one word", "Another, longer!", "See https://a.example/x"]),
        st.sampled_from([None, None, *VISIBILITIES, "mentioned"]),
        st.none() | st.lists(user_ids | st.just("d"), max_size=3),
    ),
    st.builds(
        lambda action, user, text, end: (
            Kind.EVENT,
            {"action": action, "user_id": user, "text": text, "expires_at": end},
        ),
        st.sampled_from(ON_TEXTS),
        user_ids,
        st.sampled_from(["word", "WORD", "a.example"]),
        st.none() | st.integers(0, 9),
    ),
    st.builds(
        lambda user, about, verb, end: (
            Kind.PREFERENCE,
            {"user_id": user, "kind": about[0], "name": about[1], "verb": verb, "expires_at": end},
        ),
        user_ids,
        st.sampled_from([("topic", "jazz"), ("author", "a"), ("author", "d"), ("word", "word")]),
        st.sampled_from(VERBS),
        st.none() | st.integers(0, 9),
    ),
    st.builds(lambda tweet: (Kind.DELETE_TWEET, {"tweet_id": tweet}), tweet_ids),
    st.builds(
        lambda user, name: (Kind.PUT_USER, {"user_id": user, "name": name, "interests": [name]}),
        user_ids,
        st.sampled_from(["Ann", "Bob"]),
    ),
    st.builds(
        lambda user, request, shown, offered, impressions: (
            Kind.SERVED,
            {
                "user_id": user,
                "request_id": request,
                "shown": shown,
                "offered": offered,
                "impressions": impressions,
            },
        ),
        user_ids,
        st.sampled_from(["r1", "r2"]),
        st.lists(tweet_ids, max_size=3, unique=True),
        st.lists(tweet_ids, max_size=2, unique=True),
        st.booleans(),
    ),
)
logs = st.lists(st.tuples(times, bodies), max_size=40).map(
    lambda steps: [
        Record(place, Entry(f"e{place}", kind, at, body.get("user_id"), body))
        for place, (at, (kind, body)) in enumerate(steps, start=1)
    ]
)


def state_after(records: list[Record], size: int) -> FeatureState:
    state = new_state()
    for start in range(0, len(records), size):
        apply_records(state, records[start : start + size])
    return state


@settings(max_examples=100, deadline=None)
@given(logs, st.randoms(use_true_random=False), st.integers(1, 40))
def test_neither_order_nor_batching_matters(
    records: list[Record], chance: random.Random, size: int
) -> None:
    """In the order of the log batches change nothing. In another order, only what is read in the
    order of the log may differ: how many days a person was active, and what that makes their
    evidence weigh."""
    shuffled = chance.sample(records, len(records))
    assert not differences(state_after(records, 1), state_after(records, size))
    in_order = ("seniority of", "tweet counts of", "author counts of")
    found = differences(state_after(records, 1), state_after(shuffled, size))
    assert not [one for one in found if not one.startswith(in_order)]


@settings(max_examples=100, deadline=None)
@given(logs, st.randoms(use_true_random=False), st.integers(1, 40))
def test_where_all_weigh_alike_nothing_depends_on_the_order(
    records: list[Record], chance: random.Random, size: int
) -> None:
    """Among people who have been here and active for long, and within the cap on impressions,
    all counters commute; of seniority, all but the number of active days."""
    met = [(user, day) for user in "abcd" for day in range(ACTIVE_DAYS)]
    before = [
        Record(place, Entry(f"b{place}", Kind.EVENT, day * DAY, user, click(user)))
        for place, (user, day) in enumerate(met, start=1)
    ]
    later = [
        Record(record.offset + len(before), record.entry._replace(at=record.entry.at + 99 * DAY))
        for record in records
    ]
    shuffled = chance.sample(later, len(later))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(views, "DAILY", len(records) * 3 + 1)
        one, other = state_after([*before, *later], 1), state_after([*before, *shuffled], size)
    found = differences(one, other)
    assert not [difference for difference in found if not difference.startswith("seniority of")]
    assert met_by_id(one) == met_by_id(other)


def met_by_id(state: FeatureState) -> dict[str, tuple[int, int]]:
    """Since when everybody is known, and the latest day on which they acted."""
    first, day = state.seniority.first_at, state.seniority.latest_day
    return {
        id_: (int(first[row]), int(day[row])) for row, id_ in enumerate(state.users.ids.all_ids())
    }


def click(user: str) -> dict[str, Any]:
    return {"action": "click", "user_id": user, "tweet_id": "t0"}


@settings(max_examples=100, deadline=None)
@given(logs, st.integers(0, 40), st.integers(1, 40))
def test_a_snapshot_and_the_tail_are_the_whole(
    tmp_path_factory: pytest.TempPathFactory, records: list[Record], cut: int, size: int
) -> None:
    folder = tmp_path_factory.mktemp("snapshot")
    snapshot.save(state_after(records[:cut], size), folder, folder, "none")
    state = snapshot.load(folder)
    apply_records(state, [record for record in records if record.offset > state.offset])
    assert not differences(state, state_after(records, 1))


def test_what_is_settled_is_what_the_log_has_first_also_over_a_moved_clock() -> None:
    """After it the same tweet is put again, at a time that reads as an earlier one."""
    body = put_tweet("t2", "one word")
    records = [
        Record(1, Entry("e1", Kind.PUT_TWEET, 8 * DAY, "c", body)),
        Record(2, Entry("c", Kind.CLOCK, 8 * DAY, None, {"shift_seconds": -7 * 86_400})),
        Record(3, Entry("e3", Kind.PUT_TWEET, 9 * DAY, "c", body | {"created_at": 700_000})),
    ]
    assert not differences(state_after(records, 1), state_after(records, 3))


@settings(max_examples=50, deadline=None)
@given(logs, st.integers(0, 40), st.integers(1, 40))
def test_a_moved_clock_moves_the_times_of_what_comes_after_it(
    tmp_path_factory: pytest.TempPathFactory, records: list[Record], cut: int, size: int
) -> None:
    """Whatever the batches, and over a snapshot: as if later records were of those times."""

    def at_offset(record: Record, place: int, shift: int) -> Record:
        entry = record.entry
        body: dict[str, Any] = dict(json_of(entry))
        for name in ("created_at", "expires_at"):
            if body.get(name) is not None:
                body[name] += shift
        moved = Entry(entry.event_id, entry.kind, entry.at + shift * SECOND, entry.user, body)
        return Record(place, moved)

    before, after = records[:cut], records[cut:]
    clock = Record(len(before) + 1, Entry("c", Kind.CLOCK, 0, None, {"shift_seconds": -7 * 86_400}))
    tail = [at_offset(record, record.offset + 1, 0) for record in after]
    moved = [*before, *(at_offset(record, record.offset + 1, -7 * 86_400) for record in after)]
    whole = state_after([*before, clock, *tail], size)
    folder = tmp_path_factory.mktemp("snapshot")
    snapshot.save(state_after([*before, clock], size), folder, folder, "none")
    restored = snapshot.load(folder)
    apply_records(restored, tail)
    assert not differences(whole, restored)
    expected = state_after(moved, 1)
    expected.advance(expected.offset, -7 * 86_400)
    assert not differences(whole, expected)
