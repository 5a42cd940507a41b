"""Training and serving read the same audiences and mutes from a log."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from ml.dataset import tables as tables_on_disk
from ml.dataset.tables import Tables
from ml.errors import DataError
from ml.event_log.record import Entry, Kind
from ml.event_log.sqlite import SqliteLog
from ml.event_log.to_tables import with_log
from ml.state.storage.state_diff import canonical
from ml.state.updates import tables_to_events
from ml.state.updates.apply_records import apply_records

SECOND = 1_000_000
AT = 1_700_000_000


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    folder = tmp_path / "data"
    folder.mkdir()
    written: dict[str, list[dict[str, Any]]] = {
        "users": [{"user_id": one} for one in ("ada", "bob", "cyd")],
        "tweets": [
            {"tweet_id": "1", "author_id": "bob", "visibility": "followers", "mentions": []},
            {"tweet_id": "2", "author_id": "bob", "visibility": None, "mentions": ["ada"]},
            {"tweet_id": "3", "author_id": "bob", "visibility": "mentioned", "mentions": ["cyd"]},
        ],
        "interactions": [
            {"user_id": "cyd", "action": "like", "tweet_id": "1", "text": None, "created_at": AT},
            {
                "user_id": "ada",
                "action": "mute_word",
                "tweet_id": None,
                "text": "Cats",
                "created_at": AT,
            },
        ],
    }
    for name, rows in written.items():
        pl.DataFrame(rows, infer_schema_length=None).write_parquet(folder / f"{name}.parquet")
    return tables_on_disk.read(folder)


def put(at: int, tweet: str, **row: object) -> Entry:
    body = {"tweet_id": tweet, "author_id": "bob", "created_at": AT, **row}
    return Entry(f"{tweet} at {at}", Kind.PUT_TWEET, (AT + at) * SECOND, "bob", body)


def act(at: int, action: str, user: str = "ada", **body: object) -> Entry:
    body = {"user_id": user, "action": action, **body}
    return Entry(f"{action}-{at}", Kind.EVENT, (AT + at) * SECOND, user, body)


def gone(user: str) -> Entry:
    return Entry(f"-{user}", Kind.DELETE_USER, (AT + 9) * SECOND, user, {"user_id": user})


def test_the_log_gives_the_tables_that_the_state_has_seen(tables: Tables, log: SqliteLog) -> None:
    log.append(
        [
            put(1, "1", text="an edit"),
            put(2, "2", visibility="mentioned", mentions=["ada", "cyd"]),
            put(3, "3", visibility="public"),
            put(4, "4", visibility="mentioned", mentions=["cyd"], text="new"),
            put(5, "4", text="newer"),
            act(6, "unmute_word", text="CATS"),
            act(7, "mute_domain", text="a.example", expires_at=AT + 99),
        ]
    )
    state = tables_to_events.state_of(tables)
    apply_records(state, log.read(0, 100))
    assert not state.tweets.deleted.any()  # an edit of an imported tweet leaves it there
    read = with_log(tables, log)
    rows = read.tweets.sort("tweet_id").select("tweet_id", "visibility").rows()
    assert rows == [("1", "followers"), ("2", "mentioned"), ("3", "public"), ("4", "mentioned")]
    again = tables_to_events.state_of(read)
    for tweet in "1234":
        mine, theirs = (one.tweets.audience for one in (state, again))
        row, other = state.tweets.ids.known([tweet]), again.tweets.ids.known([tweet])
        assert mine.visibility[row] == theirs.visibility[other]
        for user in ("ada", "cyd"):
            viewer = state.users.ids.known([user])[0], again.users.ids.known([user])[0]
            assert mine.mentioned(viewer[0], row) == theirs.mentioned(viewer[1], other)
    kept = [
        {key: mute[2:] for key, mute in canonical(one)["mutes"].items()} for one in (state, again)
    ]
    assert kept[0] == kept[1]
    assert len(kept[0]) == 2


def test_who_is_erased_is_gone_from_audiences_and_mutes(tables: Tables, log: SqliteLog) -> None:
    log.append([put(2, "2", visibility="mentioned", mentions=["ada", "cyd"]), gone("ada")])
    log.append([put(20, "4", visibility="mentioned", mentions=["ada", "cyd"])])
    read = with_log(tables, log)
    assert dict(read.tweets.select("tweet_id", "mentions").rows()) == {
        "1": [],
        "2": ["cyd"],
        "3": ["cyd"],
        "4": ["ada", "cyd"],
    }
    assert "mute_word" not in read.interactions["action"].to_list()


@pytest.mark.parametrize(
    ("table", "row", "problem"),
    [
        (
            "tweets",
            {"tweet_id": "9", "author_id": "bob", "visibility": "friends"},
            "public unlisted",
        ),
        ("tweets", {"tweet_id": "9", "author_id": "bob", "mentions": ["no spaces"]}, "list of ids"),
        ("interactions", {"user_id": "ada", "action": "mute_word"}, "a word or a phrase"),
        ("interactions", {"user_id": "ada", "action": "mute_domain", "text": "a b"}, "example.com"),
    ],
)
def test_a_table_that_says_nonsense_is_refused_with_its_column(
    tmp_path: Path, table: str, row: dict[str, Any], problem: str
) -> None:
    frames: dict[str, list[dict[str, Any]]] = {
        "users": [{"user_id": "ada"}, {"user_id": "bob"}],
        "tweets": [{"tweet_id": "1", "author_id": "bob"}],
        "interactions": [{"user_id": "ada", "action": "like", "tweet_id": "1"}],
    }
    frames[table].append(row)
    for name, rows in frames.items():
        pl.DataFrame(rows, infer_schema_length=None).write_parquet(tmp_path / f"{name}.parquet")
    with pytest.raises(DataError, match=problem):
        tables_on_disk.read(tmp_path)
