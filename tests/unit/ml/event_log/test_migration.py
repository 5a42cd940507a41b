"""A log that 0.3.0 wrote is read on, and nothing of it is lost."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from hashlib import blake2b
from pathlib import Path

import pytest

from ml.errors import LogError
from ml.event_log import bodies
from ml.event_log.record import Entry, Kind
from ml.event_log.sqlite import SqliteLog

SECRET = bytes(range(32))
OF_0_3_0 = (
    """CREATE TABLE entries (
        offset INTEGER PRIMARY KEY AUTOINCREMENT,
        event_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        at INTEGER NOT NULL,
        user TEXT,
        body TEXT NOT NULL
    )""",
    "CREATE TABLE ids (digest BLOB PRIMARY KEY, offset INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
    "CREATE INDEX erasures ON entries (user, offset) WHERE kind = 'delete_user'",
    "PRAGMA application_id = 0x464F5259",
    "PRAGMA user_version = 1",
)
LIKE = Entry("a", Kind.EVENT, 1, "ada", {"action": "like", "user_id": "ada", "tweet_id": "1"})
PAGE = Entry(
    "served/r:0",
    Kind.SERVED,
    2,
    "ada",
    {"user_id": "ada", "shown": ["1"], "scores": [0.5], "pool": "1|2", "marks": "1|5"},
)
GONE = Entry("b", Kind.EVENT, 3, "bob", {"action": "like", "user_id": "bob", "tweet_id": "1"})
ERASED = Entry("c", Kind.DELETE_USER, 4, "bob", {"user_id": "bob"})
LAST = Entry("d", Kind.EVENT, 5, "cyd", {"action": "like", "user_id": "cyd", "tweet_id": "1"})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A log of 0.3.0 from which Bob was erased, and then the last entry too."""
    path = tmp_path / "events.db"
    with closing(sqlite3.connect(path)) as old, old:
        for statement in OF_0_3_0:
            old.execute(statement)
        old.execute("INSERT INTO meta VALUES ('secret', ?)", [SECRET])
        for offset, entry in enumerate((LIKE, PAGE, GONE, ERASED, LAST), 1):
            body = json.dumps(bodies.json_of(entry), separators=(",", ":"))
            row = [offset, entry.event_id, entry.kind.value, entry.at, entry.user, body]
            old.execute("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?)", row)
            digest = blake2b(entry.event_id.encode(), digest_size=16, key=SECRET).digest()
            old.execute("INSERT INTO ids VALUES (?, ?)", [digest, offset])
        old.execute("DELETE FROM entries WHERE offset IN (3, 5)")
    return path


def test_all_records_are_there_and_the_secret_too(path: Path) -> None:
    for _ in range(2):  # migrated, and opened again
        with closing(SqliteLog(path)) as log:
            records = log.read(0, 100)
            assert [record.entry for record in records] == [LIKE, PAGE, ERASED]
            assert [record.offset for record in records] == [1, 2, 4]
            assert (log.end, log.secret()) == (5, SECRET)
            log.verify()


def test_cursors_of_0_3_0_lead_on(path: Path) -> None:
    with closing(SqliteLog(path)) as log:
        found = log.find("served/r:0")
        assert found is not None
        page = bodies.read(found.entry)
    assert isinstance(page, bodies.Served)
    assert (page.pool_ids, page.sources) == (["1", "2"], bytes([1, 5]))


def test_ids_stay_taken_and_the_chain_begins(path: Path) -> None:
    with closing(SqliteLog(path)) as log:
        assert log.append([LIKE, GONE, LAST]).accepted == [False] * 3
        assert log.append([Entry("e", Kind.EVENT, 6, "ada", LIKE.body)]).offset == 6
        assert log.chain(1) == log.chain(5) != log.chain(6)
        assert [record.offset for record in log.read(0, 100)] == [1, 2, 4, 6]
        log.verify()


def test_a_record_that_cannot_be_read_is_named_and_the_file_is_left_alone(path: Path) -> None:
    with closing(sqlite3.connect(path)) as old, old:
        old.execute("UPDATE entries SET body = '{' WHERE offset = 2")
    with pytest.raises(LogError, match=r"record 2 cannot be read .* restore it from a backup"):
        SqliteLog(path)
    with closing(sqlite3.connect(path)) as old:
        assert old.execute("PRAGMA user_version").fetchone() == (1,)
