"""Popularity counts people by how established they are, and nobody alone counts for much."""

from __future__ import annotations

import numpy as np
import pytest

from ml.event_log.record import Entry, Kind, Record
from ml.state.feature_state import FeatureState
from ml.state.storage.state_diff import differences
from ml.state.structures.event_order import UNKNOWN_TIME
from ml.state.tables.counts import Count
from ml.state.tables.seniority import Seniority
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users
from ml.state.tables.views import DAILY, Views
from ml.state.updates.apply_records import apply_records
from tests.unit.ml.recorded_state import RecordedState

DAY = 86_400
NOW = 1_000 * DAY


def weights(seniority: Seniority, user: list[int], at: list[int], joined: list[int]) -> np.ndarray:
    rows, since = np.array(user, np.int32), np.full(len(seniority.days), UNKNOWN_TIME)
    since[rows] = joined
    every = np.ones(len(rows), bool)
    return seniority.weigh(rows, np.array(at), every, every, since)


@pytest.mark.parametrize("declared", [True, False], ids=["created_at", "first event"])
def test_a_thousand_accounts_of_one_day_weigh_at_most_as_much_as_ten_established(
    declared: bool,
) -> None:
    seniority, old, young = Seniority(1_010), list(range(10)), list(range(10, 1_010))
    unknown = [UNKNOWN_TIME]
    for day in (100, 1):  # the old have been active on other days, the young since yesterday
        since = [NOW - 100 * DAY] * 10 if declared else unknown * 10
        weights(seniority, old, [NOW - day * DAY] * 10, since)
    since = [NOW - DAY] * 1_000 if declared else unknown * 1_000
    weights(seniority, young, [NOW - DAY] * 1_000, since)
    joined = [NOW - 100 * DAY] * 10 + [NOW - DAY] * 1_000 if declared else unknown * 1_010
    weight = weights(seniority, old + young, [NOW] * 1_010, joined)
    assert (weight[:10] == 1).all()
    assert weight[10:].sum() <= weight[:10].sum()


def test_where_nobody_has_a_time_all_weigh_alike() -> None:
    weight = weights(Seniority(5), [0, 1, 2, 3, 0], [0] * 5, [UNKNOWN_TIME] * 5)
    assert (weight == 1).all()


def test_an_old_account_that_never_did_anything_is_not_established() -> None:
    seniority = Seniority(2)
    for day in (30, 20, 10):
        weights(seniority, [0], [NOW - day * DAY], [NOW - 100 * DAY])
    acted, idle = weights(seniority, [0, 1], [NOW] * 2, [NOW - 100 * DAY] * 2)
    assert idle < acted == 1


def test_weights_and_caps_do_not_depend_on_batches(rng: np.random.Generator) -> None:
    n, users = 2_000, 20
    user = rng.integers(0, users, n).astype(np.int32)
    at = NOW + np.sort(rng.integers(0, 20 * DAY, n)) - rng.integers(0, 2 * DAY, n)
    acts, counts, who = rng.random(n) < 0.5, rng.random(n) < 0.9, np.arange(users)
    joined = np.where(who % 3 == 0, NOW - DAY * who, UNKNOWN_TIME)
    author = rng.integers(0, 3, n).astype(np.int32)
    together, views = Seniority(users), Views()
    once = (
        together.weigh(user, at, acts, counts, joined),
        views.count_within_cap(user, author, at),
    )
    for size in (1, 7, 300):
        apart, again = Seniority(users), Views()
        for start in range(0, n, size):
            part = slice(start, start + size)
            weight = apart.weigh(user[part], at[part], acts[part], counts[part], joined)
            within = again.count_within_cap(user[part], author[part], at[part])
            np.testing.assert_array_equal(weight, once[0][part])
            np.testing.assert_array_equal(within, once[1][part])
        np.testing.assert_array_equal(apart.days, together.days)
    assert 0 < once[1].mean() < 1


def test_days_are_counted_once_each() -> None:
    seniority = Seniority(1)
    for at in (5, 5, 6, 4, 9):
        weights(seniority, [0], [NOW + at * DAY], [UNKNOWN_TIME])
    assert seniority.days.tolist() == [3]  # what comes late is not recorded from what came last


def test_one_reader_adds_so_many_impressions_to_an_author_and_no_more() -> None:
    recorded = RecordedState()
    for n in range(30):
        recorded.tweet(f"t{n}", "ada", at=NOW)
    for n in range(30):
        recorded.act("bob", "impression", f"t{n}", at=NOW + n)
    assert recorded.count("ada", Count.IMPRESSION) == pytest.approx(DAILY, rel=1e-3)
    recorded.act("cyd", "impression", "t0", at=NOW + 40)
    assert recorded.count("ada", Count.IMPRESSION) > DAILY
    seen = recorded.state.seen.of(recorded.row("bob"))
    assert len(seen) == 30  # what was seen is not forgotten for that


def test_an_unlike_takes_back_what_the_like_weighed_then() -> None:
    recorded = RecordedState()
    recorded.record(Kind.PUT_USER, NOW, user_id="ada", created_at=NOW - 300 * DAY)
    recorded.record(Kind.PUT_USER, NOW, user_id="new", created_at=NOW)
    recorded.tweet("t", "ada", at=NOW)
    recorded.act("new", "like", "t", at=NOW + DAY)
    assert 0 < recorded.count("ada", Count.LIKE) <= 0.01
    for day in range(2, 30):
        recorded.act("new", "click", "t", at=NOW + day * DAY)
    recorded.act("new", "unlike", "t", at=NOW + 30 * DAY)
    assert recorded.count("ada", Count.LIKE) == pytest.approx(0, abs=1e-9)
    recorded.act("new", "like", "t", at=NOW + 31 * DAY)
    assert recorded.count("ada", Count.LIKE) == pytest.approx(1, rel=1e-3)


def test_replay_reads_the_same_weights_whatever_the_batches(rng: np.random.Generator) -> None:
    """Profiles, events that wait for their tweets, and people who leave, among the events."""
    records: list[Record] = []

    def record(kind: Kind, **body: object) -> None:
        offset = len(records) + 1
        user = body.get("user_id")
        entry = Entry(f"e{offset}", kind, (NOW + offset * 9_000) * 1_000_000, user, body)  # type: ignore[arg-type]
        records.append(Record(offset, entry))

    for n in range(400):
        who, tweet = f"u{rng.integers(12)}", f"t{rng.integers(12)}"
        chance = rng.random()
        if chance < 0.06:
            record(Kind.PUT_USER, user_id=who, created_at=NOW - int(rng.integers(30)) * DAY)
        elif chance < 0.12:
            record(Kind.PUT_TWEET, tweet_id=tweet, author_id=f"u{n % 3}", created_at=NOW, text="x")
        elif chance < 0.14:
            record(Kind.DELETE_USER, user_id=who)
        else:
            action = ("like", "unlike", "impression", "click", "reply")[int(rng.integers(5))]
            record(Kind.EVENT, action=action, user_id=who, tweet_id=tweet)
    once = FeatureState(Users(), Tweets())
    for one in records:
        apply_records(once, [one])
    for size in (5, 60, 400):
        often = FeatureState(Users(), Tweets())
        for start in range(0, len(records), size):
            apply_records(often, records[start : start + size])
        assert not differences(once, often)
