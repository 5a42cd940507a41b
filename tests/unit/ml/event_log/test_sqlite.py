"""The log in a SQLite file: what is on disk, and what is not."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
from contextlib import AbstractContextManager, closing, suppress
from pathlib import Path

import pytest

from ml.errors import LogError
from ml.event_log import sqlite_erasure, sqlite_file
from ml.event_log.record import Entry, Kind
from ml.event_log.sqlite import NEWEST, SqliteLog
from ml.event_log.sqlite_file import LARGEST_WAL, PAGES_UNTIL_CHECKPOINT, connect

SECRET = "what nobody else should ever read"
spawned = multiprocessing.get_context("spawn")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.sqlite"


def event(event_id: str, user: str = "ada", text: str = "") -> Entry:
    return Entry(event_id, Kind.EVENT, 1, user, {"action": "like", "text": text})


def erasure(user: str) -> Entry:
    return Entry(f"erase-{user}", Kind.DELETE_USER, 2, user, {"user_id": user})


def bytes_of(path: Path) -> bytes:
    """The file, and what lies beside it."""
    return b"".join(one.read_bytes() for one in path.parent.glob(path.name + "*"))


def test_a_commit_waits_for_the_disk(path: Path) -> None:
    with closing(SqliteLog(path)) as log, log._writer() as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_who_reads_cannot_write(path: Path) -> None:
    with (
        closing(SqliteLog(path)) as log,
        pytest.raises(LogError, match="readonly"),
        log._reader() as connection,
    ):
        connection.execute("DELETE FROM entries")


def test_the_write_ahead_log_does_not_grow_for_ever(path: Path) -> None:
    most = 2 * PAGES_UNTIL_CHECKPOINT * 4096
    assert most < LARGEST_WAL
    with closing(SqliteLog(path)) as log:
        for n in range(60):
            log.append([event(f"{n}-{m}", text="x" * 2_000) for m in range(500)])
            log.read(log.end - 10, 10)
        assert path.stat().st_size > most
        assert path.with_name(path.name + "-wal").stat().st_size < most


@pytest.mark.parametrize("opened_elsewhere", [False, True])
def test_the_bytes_of_the_erased_are_gone(path: Path, opened_elsewhere: bool) -> None:
    elsewhere = SqliteLog(path) if opened_elsewhere else None
    with closing(SqliteLog(path)) as log:
        for n in range(20):
            log.append([event(f"a{n}", text=SECRET + "!" * 5_000), event(f"b{n}", "bob", "kept")])
        assert SECRET.encode() in bytes_of(path)
        log.append([erasure("ada")])
        if elsewhere:
            assert len(elsewhere.read(0, 5)) == 5
        assert log.compact() == 20
        assert SECRET.encode() not in bytes_of(path)
        assert bytes_of(path).count(b"kept") == 20
        log.append([event("c")])
        assert log.read(log.end - 1, 1)[0].entry.event_id == "c"
    if elsewhere:
        assert len(elsewhere.read(0, 100)) == 22
        elsewhere.close()


def test_erasure_by_a_log_that_was_killed_is_finished_by_the_next(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(SqliteLog(path)) as log:
        log.append([event("a", text=SECRET), erasure("ada")])
        with monkeypatch.context() as killed:
            killed.setattr(SqliteLog, "_sweep", lambda _: None)
            assert log.compact() == 1
        swept: list[None] = []
        sweep = SqliteLog._sweep
        monkeypatch.setattr(SqliteLog, "_sweep", lambda log: swept.append(sweep(log)))
        assert log.compact() == 0
        assert log.compact() == 0
        assert len(swept) == 1
        assert SECRET.encode() not in bytes_of(path)


def test_erasure_says_that_somebody_still_reads(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_file, "BUSY_SECONDS", 0.05)
    with closing(SqliteLog(path)) as log:
        log.append([event("a", text=SECRET), erasure("ada")])
        with closing(connect(path)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT * FROM entries").fetchone()
            with pytest.raises(LogError, match=r"keeps reading .* compact it again"):
                log.compact()
        assert log.compact() == 0
        assert SECRET.encode() not in bytes_of(path)


def test_a_new_file_may_be_opened_by_all_at_once(path: Path) -> None:
    writers = [spawned.Process(target=append_one, args=(path, n)) for n in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0] * 6
    with closing(SqliteLog(path)) as log:
        assert {record.entry.event_id for record in log.read(0, 10)} == set("012345")


def append_one(path: Path, n: int) -> None:
    with closing(SqliteLog(path)) as log:
        log.append([event(str(n))])


def test_another_kind_of_file_is_refused_and_left_alone(path: Path) -> None:
    path.write_text("not a database, but somebody's diary" * 100)
    before = path.read_bytes()
    with pytest.raises(LogError, match=r"log\.sqlite: file is not a database; .* does not exist"):
        SqliteLog(path)
    assert bytes_of(path) == before


def test_a_database_of_something_else_is_refused_and_left_alone(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE entries (recipe TEXT)")
    before = path.read_bytes()
    with pytest.raises(LogError, match="of something else, expected an event log"):
        SqliteLog(path)
    assert bytes_of(path) == before


def test_a_newer_schema_is_refused(path: Path) -> None:
    SqliteLog(path).close()
    with closing(sqlite3.connect(path)) as newer:
        newer.execute("PRAGMA user_version = 3")
    with pytest.raises(LogError, match="schema 3, this code knows 2; run the code that wrote it"):
        SqliteLog(path)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(LogError, match=r"nowhere/log\.sqlite: unable to open .* expected a file"):
        SqliteLog(tmp_path / "nowhere" / "log.sqlite")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(LogError, match=r"unable to open database file"):
        SqliteLog(tmp_path / "log.sqlite")


def test_a_full_disk_is_said_and_nothing_is_accepted(path: Path) -> None:
    with closing(SqliteLog(path)) as log:
        log._write.execute("PRAGMA max_page_count = 20")
        with pytest.raises(LogError, match="full; make room on the disk"):
            log.append([event(str(n), text="x" * 1_000) for n in range(200)])
        assert log.end == 0
        log._write.execute("PRAGMA max_page_count = 100000")
        assert log.append([event("0")]).accepted == [True]


def test_much_is_erased_in_many_short_transactions(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_erasure, "SLICE_SECONDS", 0)
    monkeypatch.setattr(sqlite_erasure, "SLICE_ROWS", 7)
    with closing(SqliteLog(path)) as log:
        for user in ("ada", "bob"):
            log.append([event(f"{user}{n}", user, SECRET + "!" * (n % 90)) for n in range(300)])
        log.append([erasure("ada")])
        statements: list[str] = []
        log._write.set_trace_callback(statements.append)
        assert log.compact() == 300
        deletions: set[str] = set()  # of a transaction; triggers trace their statement again
        most = 0
        for statement in statements:
            if statement.startswith("BEGIN"):
                deletions = set()
            elif statement.startswith("DELETE FROM entries"):
                deletions.add(statement)
                most = max(most, sum(one.count(",") + 1 for one in deletions))
        assert most == 7
        assert bytes_of(path).count(SECRET.encode()) == 300  # those of bob
        assert not any(statement.startswith("VACUUM") for statement in statements)


@pytest.mark.parametrize("before", range(6))
def test_an_erasure_that_is_killed_anywhere_stays_due(
    path: Path, monkeypatch: pytest.MonkeyPatch, before: int
) -> None:
    monkeypatch.setattr(sqlite_erasure, "SLICE_ROWS", 2)
    monkeypatch.setattr(sqlite_erasure, "SLICE_SECONDS", 0)
    with closing(SqliteLog(path)) as log:
        log.append([*(event(f"a{n}", text=SECRET) for n in range(5)), erasure("ada")])
        assert log.erasure_is_due
        writer, turns = SqliteLog._writer, iter(range(before))

        def killed(log: SqliteLog) -> AbstractContextManager[sqlite3.Connection]:
            if next(turns, None) is None:
                raise KeyboardInterrupt
            return writer(log)

        with monkeypatch.context() as patched:
            patched.setattr(SqliteLog, "_writer", killed)
            with suppress(KeyboardInterrupt):
                log.compact()
        assert log.erasure_is_due == (before < 4)
        log.compact()
        assert not log.erasure_is_due
        assert [record.entry.event_id for record in log.read(0, 10)] == ["erase-ada"]
        assert SECRET.encode() not in bytes_of(path)


def test_an_assigned_time_is_later_than_all_of_its_users_by_an_index(path: Path) -> None:
    with closing(SqliteLog(path)) as log:
        log.append([event("a")._replace(at=50)])
        plan = log._ask(f"EXPLAIN QUERY PLAN {NEWEST.format(places='(?)')}", "ada")
        assert "INDEX newest" in str(plan)
        log.append([event("b")._replace(assigned=True)])
        assert log.read(1, 1)[0].entry.at == 51


def test_an_assigned_time_is_later_than_those_that_come_before_it_in_one_batch(path: Path) -> None:
    with closing(SqliteLog(path)) as log:
        log.append([event("a")._replace(at=50), event("b")._replace(at=7, assigned=True)])
        assert [record.entry.at for record in log.read(0, 2)] == [50, 51]
