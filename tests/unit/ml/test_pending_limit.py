"""Which events wait for their tweets depends on the log alone, not on how it is read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ml.event_log.record import Entry, Kind, Record
from ml.state.feature_state import Count, FeatureState
from ml.state.storage import snapshot
from ml.state.storage.state_diff import differences
from ml.state.tables import pending_events
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users
from ml.state.updates.apply_records import apply_records


@pytest.fixture(autouse=True)
def little_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pending_events, "ROOM", 10)


def like(user: str, tweet: str, at: int) -> Entry:
    body = {"action": "like", "user_id": user, "tweet_id": tweet}
    return Entry(f"{user}-{tweet}", Kind.EVENT, at * 10**6, user, body)


def view(user: str, tweet: str, at: int) -> Entry:
    body = {"action": "impression", "user_id": user, "tweet_id": tweet}
    return Entry(f"view-{user}-{tweet}", Kind.EVENT, at * 10**6, user, body)


def follow(user: str, tweet: str, target: str, at: int) -> Entry:
    body = {"action": "follow", "user_id": user, "tweet_id": tweet, "target_user_id": target}
    return Entry(f"{user}-{tweet}-{target}", Kind.EVENT, at * 10**6, user, body)


def put(tweet: str, at: int) -> Entry:
    body = {"tweet_id": tweet, "author_id": "ann", "created_at": at}
    return Entry(f"put-{tweet}", Kind.PUT_TWEET, at * 10**6, "ann", body)


def erase(user: str, at: int) -> Entry:
    return Entry(f"erase-{user}", Kind.DELETE_USER, at * 10**6, user, {"user_id": user})


def applied(entries: list[Entry], sizes: list[int]) -> FeatureState:
    """A state after these entries, applied so many at a time."""
    state, place = FeatureState(Users(), Tweets()), 0
    records = [Record(offset, entry) for offset, entry in enumerate(entries, 1)]
    for size in sizes:
        apply_records(state, records[place : place + size])
        place += size
    apply_records(state, records[place:])
    return state


def in_order(state: FeatureState) -> list[tuple[str, int, int]]:
    return [(id_, one.at, one.tiebreak) for id_, one in state.pending_events]


def test_the_oldest_in_the_log_makes_room() -> None:
    """Whatever time its client gave it."""
    entries = [like(f"u{n}", "absent", at=100 - n) for n in range(12)]
    for sizes in ([], [1] * 12, [11], [5, 6]):
        users = applied(entries, sizes).users.ids
        waiting = [one.user for _, one in applied(entries, sizes).pending_events]
        assert users.ids(np.array(waiting, np.int32)) == [f"u{n}" for n in range(2, 12)]


def test_a_tweet_that_comes_in_the_same_batch_comes_at_its_place() -> None:
    entries = [like(f"u{n}", f"t{n % 3}", at=n) for n in range(25)]
    entries.insert(12, put("t1", 50))
    expected = applied(entries, [1] * 26)
    for sizes in ([], [26], [13], [12], [3, 20]):
        assert not differences(applied(entries, sizes), expected)


@pytest.mark.parametrize("seed", range(8))
def test_batches_of_any_size_give_the_same_state(seed: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(seed)
    entries: dict[str, Entry] = {}
    for at in rng.permutation(200).tolist():
        user, tweet = f"u{rng.integers(6)}", f"t{rng.integers(12)}"
        kinds = (
            *[like(user, tweet, at)] * 5,
            *[view(user, tweet, at)] * 4,
            *[follow(user, tweet, f"u{rng.integers(6)}", at)] * 2,
            put(tweet, at),
            erase(user, at),
        )
        entry = kinds[rng.integers(len(kinds))]
        entries.setdefault(entry.event_id, entry)
    log = list(entries.values())
    expected = applied(log, [1] * len(log))
    assert not differences(applied(log, []), expected)
    sizes = rng.integers(0, 12, 40).tolist()
    state = applied(log, sizes)
    assert not differences(state, expected)
    snapshot.save(state, tmp_path, tmp_path, "none")
    again = snapshot.load(tmp_path)
    assert in_order(again) == in_order(state)


def test_a_log_of_many_strangers_reads_alike_in_one_go_and_in_many() -> None:
    entries = [like(f"u{n % 50}", f"t{n}", at=(n * 37) % 500) for n in range(300)]
    entries += [put(f"t{n}", 600) for n in range(0, 300, 7)]
    expected = applied(entries, [1] * len(entries))
    for sizes in ([], [250, 50], [7] * 30):
        assert not differences(applied(entries, sizes), expected)


def test_impressions_that_waited_count_at_the_place_of_their_tweet() -> None:
    """Five of an author count in a day: those that the log has first, a waiting one when its
    tweet comes, in the middle of a batch too."""
    entries = [put("t0", 0), put("t5", 0), put("t6", 0)]
    entries += [view("u", f"t{n}", at=60 * n) for n in range(1, 5)]
    entries += [view("u", "t0", 9_000), put("t1", 9_001), put("t2", 9_002)]
    entries += [view("u", "t5", 40_000), put("t3", 40_001)]
    entries += [view("u", "t6", 70_000), put("t4", 70_001)]
    expected = applied(entries, [1] * len(entries))
    for sizes in ([], [3], [5], [9], [10, 3], [7, 1, 4]):
        assert not differences(applied(entries, sizes), expected)
    counted = expected.tweet_counts.read(np.arange(7, dtype=np.int32), expected.newest)
    shown = dict(zip(expected.tweets.ids.all_ids(), counted[:, Count.IMPRESSION] > 0, strict=True))
    assert {id_ for id_, is_shown in shown.items() if is_shown} == {"t0", "t1", "t2", "t5", "t3"}
