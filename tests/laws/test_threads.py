"""A reply belongs to its parent's conversation, at any depth, whatever the order of arrival."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.event_log import bodies
from ml.event_log.record import Entry, Kind, Record
from ml.state.feature_state import FeatureState
from ml.state.storage import snapshot
from ml.state.storage.state_diff import differences
from ml.state.updates.apply_records import apply_records
from ml.state.updates.retention import retain
from tests.laws.test_order import new_state

SECOND = 1_000_000
Names = dict[str, tuple[str | None, str | None]]  # tweet: (in_reply_to_id, conversation_id)

ids = st.sampled_from([f"t{n}" for n in range(8)])
named = st.none() | ids
forests = st.dictionaries(ids, st.tuples(named, named), min_size=1)


def put(place: int, tweet: str, parent: str | None, began: str | None) -> Record:
    body: dict[str, Any] = {
        "tweet_id": tweet,
        "author_id": f"author of {tweet}",
        "created_at": int(tweet[1:]),
        "in_reply_to_id": parent,
        "conversation_id": began,
    }
    return Record(place, Entry(f"e{place}", Kind.PUT_TWEET, place * SECOND, None, body))


def delete(place: int, tweet: str) -> Record:
    entry = Entry(f"e{place}", Kind.DELETE_TWEET, place * SECOND, None, {"tweet_id": tweet})
    return Record(place, entry)


def records_of(forest: Names, deleted: Sequence[str] = ()) -> list[Record]:
    puts = [put(place, *row[:1], *row[1]) for place, row in enumerate(forest.items(), start=1)]
    return puts + [delete(len(puts) + n, one) for n, one in enumerate(deleted, start=1)]


def applied(records: Sequence[Record], size: int = 1) -> FeatureState:
    state = new_state()
    for start in range(0, len(records), size):
        apply_records(state, records[start : start + size])
    return state


def threads(state: FeatureState) -> set[frozenset[str]]:
    """The tweets of each conversation."""
    found: dict[int, set[str]] = {}
    for row, began in enumerate(state.tweets.conversation.tolist()):
        found.setdefault(began, set()).add(state.tweets.ids.id(row))
    return {frozenset(tweets) for tweets in found.values()}


def expected(forest: Names) -> set[frozenset[str]]:
    """The tweets that name each other, or the same third one, directly or over others."""
    groups: list[set[str]] = []
    for tweet, names in forest.items():
        group = {tweet, *(one for one in names if one is not None)}
        touched = [one for one in groups if one & group]
        groups = [one for one in groups if not one & group] + [group.union(*touched)]
    return {frozenset(group & {*forest}) for group in groups}


def chain(length: int) -> Names:
    return {f"t{n}": (f"t{n - 1}" if n else None, None) for n in range(length)}


@pytest.mark.parametrize("order", ["as written", "backwards", "shuffled"])
@pytest.mark.parametrize("size", [1, 7, 60])
def test_a_chain_of_replies_is_one_conversation(order: str, size: int) -> None:
    records = records_of(chain(60))
    if order == "backwards":
        records.reverse()
    elif order == "shuffled":
        random.Random(1).shuffle(records)
    tweets = applied(records, size).tweets
    assert {tweets.ids.id(row) for row in tweets.conversation.tolist()} == {"t0"}


@settings(max_examples=100, deadline=None)
@given(forests, st.lists(ids), st.randoms(use_true_random=False), st.integers(1, 20))
def test_order_and_batches_change_no_conversation(
    forest: Names, deleted: list[str], chance: random.Random, size: int
) -> None:
    records = records_of(forest, deleted)
    one, other = applied(records), applied(chance.sample(records, len(records)), size)
    assert threads(one) == threads(other) == expected(forest)
    assert not differences(one, other)


@settings(max_examples=50, deadline=None)
@given(forests, st.lists(ids), st.integers(0, 16), st.integers(1, 20))
def test_a_snapshot_and_the_tail_have_the_same_conversations(
    tmp_path_factory: pytest.TempPathFactory,
    forest: Names,
    deleted: list[str],
    cut: int,
    size: int,
) -> None:
    records = records_of(forest, deleted)
    folder = tmp_path_factory.mktemp("snapshot")
    snapshot.save(applied(records[:cut], size), folder, folder, "none")
    state = snapshot.load(folder)
    apply_records(state, records[cut:])
    assert not differences(state, applied(records))


def test_a_conversation_begins_with_the_tweet_that_answers_none() -> None:
    late = {"t5": (None, None), "t1": ("t5", None), "t2": ("t1", None), "t3": ("t9", "t5")}
    tweets = applied(records_of(late)).tweets
    assert {tweets.ids.id(row) for row in tweets.conversation.tolist()} == {"t5"}


def test_a_conversation_stays_one_when_its_first_tweets_are_let_go() -> None:
    day = 86_400
    state = new_state()
    for place, n in enumerate((1, 2, 50, 51, 52), start=1):
        parent = {2: "t1", 50: "t2", 51: "t50", 52: "t2"}.get(n)
        record = put(place, f"t{n}", parent, None)
        body = {**bodies.json_of(record.entry), "created_at": n * day}
        entry = Entry(record.entry.event_id, Kind.PUT_TWEET, n * day * SECOND, None, body)
        apply_records(state, [Record(place, entry)])
    assert retain(state, 60 * day, keep_hours=24 * 30, at_least=0).moved
    assert threads(state) == {frozenset({"t50", "t51", "t52"})}
    tweets = state.tweets
    assert {tweets.ids.id(row) for row in tweets.conversation.tolist()} == {"t50"}
