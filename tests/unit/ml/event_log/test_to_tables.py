"""Training reads the log as if somebody had imported it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from ml.dataset import tables as tables_on_disk
from ml.dataset.tables import Tables
from ml.event_log.record import Entry, Kind
from ml.event_log.sqlite import SqliteLog
from ml.event_log.to_tables import with_log
from ml.schema import TABLES
from ml.state.updates.apply_records import apply_records
from ml.state.updates.tables_to_events import state_of

SECOND = 1_000_000
AT = 1_700_000_000


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    """Ada follows Bob, who wrote tweets 1 and 2; Cyd likes them all."""
    folder = tmp_path / "data"
    folder.mkdir()
    written: dict[str, list[dict[str, Any]]] = {
        "users": [{"user_id": one, "name": one.title()} for one in ("ada", "bob", "cyd")],
        "tweets": [
            {"tweet_id": "1", "author_id": "bob", "text": "one"},
            {"tweet_id": "2", "author_id": "bob", "text": "two"},
            {"tweet_id": "3", "author_id": "ada", "text": "three"},
            {"tweet_id": "4", "author_id": None, "text": "nobody's"},
        ],
        "follows": [{"follower_id": "ada", "followee_id": "bob"}],
        "interactions": [
            {"user_id": "cyd", "action": "like", "tweet_id": one, "created_at": AT}
            for one in "1234"
        ],
    }
    for name, rows in written.items():
        pl.DataFrame(rows, infer_schema_length=None).write_parquet(folder / f"{name}.parquet")
    return tables_on_disk.read(folder)


def event(event_id: str, at: int = AT, **body: object) -> Entry:
    return Entry(event_id, Kind.EVENT, at * SECOND, str(body["user_id"]), body)


def like(user: str, tweet: str, at: int = AT) -> Entry:
    return event(f"{user}-likes-{tweet}", at, action="like", user_id=user, tweet_id=tweet)


def put(kind: Kind, at: int = AT, **row: object) -> Entry:
    return Entry(f"{kind} {row} {at}", kind, at * SECOND, None, row)


def served(request_id: str, user: str, shown: list[str], impressions: bool = True) -> Entry:
    body = {
        "request_id": request_id,
        "user_id": user,
        "product": "for_you",
        "shown": shown,
        "scores": [0.5] * len(shown),
        "impressions": impressions,
    }
    return Entry(request_id, Kind.SERVED, AT * SECOND, user, body)


def delete(user: str | None = None, tweet: str | None = None) -> Entry:
    if user is not None:
        return Entry(f"-{user}", Kind.DELETE_USER, AT * SECOND, user, {"user_id": user})
    return Entry(f"-{tweet}", Kind.DELETE_TWEET, AT * SECOND, None, {"tweet_id": tweet})


def column(frame: pl.DataFrame, name: str) -> list[Any]:
    return frame[name].to_list()


def test_an_empty_log_changes_nothing(tables: Tables, log: SqliteLog) -> None:
    read = with_log(tables, log)
    for table in TABLES:
        assert_frame_equal(getattr(read, table.name), getattr(tables, table.name))
    assert read.missing == tables.missing
    assert read.fingerprint != tables.fingerprint


def test_events_become_interactions_and_impressions(tables: Tables, log: SqliteLog) -> None:
    log.append(
        [
            event("f", AT + 3, action="follow", user_id="cyd", target_user_id="bob", tweet_id="1"),
            event("d", AT + 2, action="dwell", user_id="ada", tweet_id="2", value=2.5),
            event("i", AT + 1, action="impression", user_id="ada", tweet_id="1", position=4),
        ]
    )
    read = with_log(tables, log)
    assert read.interactions.tail(2).drop("split", "text", "expires_at").rows() == [
        ("ada", "dwell", "2", None, AT + 2, "d", 2.5),
        ("cyd", "follow", "1", "bob", AT + 3, "f", None),
    ]
    assert read.impressions.drop("split").rows() == [("ada", "1", AT + 1, 4.0, None, None)]
    assert "impressions" in tables.missing
    assert "impressions" not in read.missing
    assert "impressions.propensity" in read.missing


def test_what_was_served_counts_as_seen_only_where_it_says_so(
    tables: Tables, log: SqliteLog
) -> None:
    log.append([served("r", "ada", ["2", "1"]), served("s", "cyd", ["3"], impressions=False)])
    shown = with_log(tables, log).impressions
    assert shown.select("user_id", "tweet_id", "position", "request_id").rows() == [
        ("ada", "2", 0.0, "r"),
        ("ada", "1", 1.0, "r"),
    ]


def test_an_impression_is_one_per_tweet_of_a_page(tables: Tables, log: SqliteLog) -> None:
    body = {"action": "impression", "user_id": "ada", "tweet_id": "1"}
    log.append([served("r", "ada", ["1"]), event("a", AT + 1, request_id="r", **body)])
    log.append([event("b", AT + 1, request_id="other", **body)])
    log.append([event("c", AT + 1, **body), event("d", AT + 2, **body)])
    shown = with_log(tables, log).impressions
    assert column(shown, "request_id") == ["r", "other", None, None]


def test_a_put_replaces_what_was_there_and_the_latest_counts(
    tables: Tables, log: SqliteLog
) -> None:
    log.append(
        [
            put(Kind.PUT_USER, AT + 2, user_id="ada", name="Ada II", interests=["jazz", "tea"]),
            put(Kind.PUT_USER, AT + 1, user_id="ada", name="Ada I"),
            put(Kind.PUT_USER, user_id="dan", sensitive_ok=True, created_at="2026-03-01T12:00:00Z"),
            put(Kind.PUT_TWEET, tweet_id="5", author_id="dan", text="hi", nsfw=False, hashtags=[]),
            like("dan", "5"),
        ]
    )
    read = with_log(tables, log)
    names = dict(read.users.select("user_id", "name").rows())
    assert names == {"ada": "Ada II", "bob": "Bob", "cyd": "Cyd", "dan": None}
    dan = read.users.row(by_predicate=pl.col("user_id") == "dan", named=True)
    assert (dan["sensitive_ok"], dan["created_at"]) == (True, 1_772_366_400)
    five = read.tweets.row(by_predicate=pl.col("tweet_id") == "5", named=True)
    assert (five["created_at"], five["nsfw"], five["hashtags"]) == (AT, False, [])
    assert column(read.interactions, "user_id")[-1] == "dan"
    (ada,) = read.users.filter(user_id="ada")["interests"]
    assert ada.to_list() == ["jazz", "tea"]


def test_a_deleted_tweet_never_comes_back(tables: Tables, log: SqliteLog) -> None:
    log.append(
        [
            delete(tweet="1"),
            put(Kind.PUT_TWEET, AT + 1, tweet_id="1", author_id="bob"),
            delete(tweet="9"),
            put(Kind.PUT_TWEET, AT - 1, tweet_id="9", author_id="bob"),
            like("ada", "1"),
            served("r", "ada", ["1", "2"]),
        ]
    )
    read = with_log(tables, log)
    assert column(read.tweets, "tweet_id") == ["2", "3", "4"]
    assert column(read.interactions, "tweet_id") == ["2", "3", "4"]
    assert column(read.impressions, "tweet_id") == ["2"]


def test_nothing_is_left_of_the_erased(tables: Tables, log: SqliteLog) -> None:
    log.append(
        [
            put(Kind.PUT_TWEET, tweet_id="5", author_id="bob"),
            like("cyd", "5"),
            like("bob", "3"),
            event("m", action="mute", user_id="ada", target_user_id="bob"),
            served("r", "bob", ["3"]),
            delete(user="bob"),
            like("bob", "4"),
        ]
    )
    read = with_log(tables, log)
    assert column(read.users, "user_id") == ["ada", "cyd"]
    assert column(read.tweets, "tweet_id") == ["3", "4"]
    assert read.follows.is_empty()
    assert read.interactions.select("user_id", "tweet_id").rows() == [("cyd", "3"), ("cyd", "4")]
    assert read.impressions.is_empty()


def test_whoever_comes_back_begins_anew(tables: Tables, log: SqliteLog) -> None:
    log.append([like("bob", "3"), delete(user="bob"), put(Kind.PUT_USER, user_id="bob", name="B")])
    log.append([like("bob", "4"), put(Kind.PUT_TWEET, tweet_id="6", author_id="bob")])
    for _ in range(2):
        read = with_log(tables, log)
        assert column(read.tweets, "tweet_id") == ["3", "4", "6"]
        assert read.follows.is_empty()
        by_bob = read.interactions.filter(user_id="bob")
        assert column(by_bob, "tweet_id") == ["4"]
        log.compact()


def test_what_is_about_nobody_or_nonsense_is_left_out(tables: Tables, log: SqliteLog) -> None:
    log.append(
        [
            like("nobody", "1"),
            like("ada", "99"),
            event("lick", action="lick", user_id="ada", tweet_id="1"),
            event("self", action="follow", user_id="ada", target_user_id="ada"),
            event("none", action="like", user_id="ada"),
            put(Kind.PUT_TWEET, tweet_id="5", author_id="nobody"),
        ]
    )
    read = with_log(tables, log)
    assert_frame_equal(read.interactions, tables.interactions)
    assert_frame_equal(read.tweets, tables.tweets)


def test_a_named_user_makes_integer_ids_strings(tiny_tables: Tables, log: SqliteLog) -> None:
    log.append([put(Kind.PUT_USER, user_id="17"), like("17", "1", at=2 * AT)])
    assert with_log(tiny_tables, log).users["user_id"].dtype == pl.Int64
    log.append([put(Kind.PUT_USER, user_id="ada"), like("ada", "1", at=2 * AT)])
    read = with_log(tiny_tables, log)
    assert len(read.users) == len(tiny_tables.users) + 1
    assert len(read.tweets) == len(tiny_tables.tweets)
    assert len(read.interactions) == len(tiny_tables.interactions) + 2
    assert read.interactions["tweet_id"].dtype == pl.String


ENTRIES = [
    put(Kind.PUT_TWEET, AT + 1, tweet_id="5", author_id="ada", text="first"),
    put(Kind.PUT_TWEET, AT + 2, tweet_id="5", author_id="ada", text="second"),
    put(Kind.PUT_TWEET, AT + 2, tweet_id="6", author_id="bob"),
    put(Kind.PUT_USER, AT + 3, user_id="bob", name="Robert"),
    put(Kind.PUT_USER, AT + 3, user_id="bob", name="Bobby"),
    like("ada", "5", AT + 4),
    like("cyd", "6", AT + 4),
    event("unlike", AT + 4, action="unlike", user_id="ada", tweet_id="5"),
    served("r", "cyd", ["6", "5", "1"]),
    event("seen", AT, action="impression", user_id="cyd", tweet_id="1", request_id="r"),
    delete(tweet="6"),
]


@settings(
    max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(st.permutations(ENTRIES))
def test_the_order_of_arrival_does_not_matter(
    tables: Tables, tmp_path_factory: pytest.TempPathFactory, entries: list[Entry]
) -> None:
    read = []
    for order in (entries, ENTRIES):
        with closing(SqliteLog(tmp_path_factory.mktemp("order") / "log.sqlite")) as log:
            log.append(order)
            read.append(with_log(tables, log))
    for table in TABLES:
        assert_frame_equal(*(getattr(one, table.name) for one in read))


def test_what_the_log_took_means_what_it_says(tables: Tables, log: SqliteLog) -> None:
    """What would be a slip in somebody's file was sent on purpose."""
    names = ["007", "101.0", "1e3", "nan"]
    log.append(
        [
            *(put(Kind.PUT_USER, user_id=name, name=name) for name in names),
            *(
                put(Kind.PUT_TWEET, tweet_id=name, author_id=name, in_reply_to_id=other)
                for name, other in zip(names, ["1.0", "None", "01", "2e5"], strict=True)
            ),
            put(Kind.PUT_TWEET, tweet_id="early", author_id="ada", created_at=46_078),
            put(Kind.PUT_TWEET, tweet_id="first", author_id="ada", created_at=0),
            *(like(name, name) for name in names),
        ]
    )
    read = with_log(tables, log)
    assert sorted(column(read.users, "user_id")[-4:]) == names
    assert sorted(column(read.tweets, "tweet_id")[-6:]) == sorted([*names, "early", "first"])
    assert {46_078, 0} <= {*column(read.tweets, "created_at")}
    assert sorted(column(read.interactions, "user_id")[-4:]) == names


def test_a_mute_ends_when_it_ends_in_the_state_that_reads_the_log(
    tables: Tables, log: SqliteLog
) -> None:
    """Over a moved clock, too."""
    words = {"user_id": "ada", "action": "mute_word"}
    log.append(
        [
            event("m1", AT, **words, text="one", expires_at=AT + 60),
            event("m2", AT, **words, text="two"),
            Entry("clock", Kind.CLOCK, AT * SECOND, None, {"shift_seconds": -3_600}),
            event("m3", AT, **words, text="three", expires_at=AT + 60),
        ]
    )
    trained = state_of(with_log(tables, log))
    live = state_of(tables)
    apply_records(live, log.read(0, 10))
    ends = [
        {name: (mute.at, mute.expires_at) for _, _, name, mute in state.mutes}
        for state in (trained, live)
    ]
    assert ends[0] == ends[1]
    assert ends[0]["three"] == (AT - 3_600, AT - 3_540)


def test_a_log_of_a_world_that_grows_from_zero_is_read(log: SqliteLog, tmp_path: Path) -> None:
    """Where all times could be numbers of days."""
    folder = tmp_path / "young"
    folder.mkdir()
    pl.DataFrame({"user_id": ["ada"]}).write_parquet(folder / "users.parquet")
    pl.DataFrame({"tweet_id": ["1"], "author_id": ["ada"]}).write_parquet(folder / "tweets.parquet")
    pl.DataFrame({"user_id": ["ada"], "action": ["like"], "tweet_id": ["1"]}).write_parquet(
        folder / "interactions.parquet"
    )
    log.append([like("ada", "1", 30_000), event("r", 40_000, action="reply", user_id="ada",
                                                tweet_id="1")])  # fmt: skip
    read = with_log(tables_on_disk.read(folder), log)
    assert column(read.interactions, "created_at") == [None, 30_000, 40_000]
