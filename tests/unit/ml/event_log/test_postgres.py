"""The log in Postgres: the traps of a log that many machines append to, and what was lost there."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Event
from typing import Any

import psycopg
import pytest

from evaluation.cluster.postgres_server import PostgresServer
from ml.errors import LogAwayError, LogError
from ml.event_log import postgres
from ml.event_log.open_log import open_log
from ml.event_log.postgres import PostgresLog
from ml.event_log.postgres_session import Connection
from ml.event_log.record import Entry, Kind


@pytest.fixture
def log(postgres_url: str) -> Iterator[PostgresLog]:
    with closing(PostgresLog(postgres_url)) as log:
        yield log


def event(event_id: str, user: str = "ada", kind: Kind = Kind.EVENT) -> Entry:
    return Entry(event_id, kind, 1, user, {"action": "like", "user_id": user})


def ids(log: PostgresLog, after: int = 0) -> list[str]:
    return [record.entry.event_id for record in log.read(after, 100)]


def test_a_setting_names_it_by_its_url(postgres_url: str) -> None:
    with closing(open_log(postgres_url)) as log:
        assert isinstance(log, PostgresLog)
        assert log.append([event("a")]).offset == 1


def test_a_sequence_shows_the_later_position_first(postgres_url: str) -> None:
    """The naive log: what this test finds, the next one must not."""
    with (
        psycopg.connect(postgres_url, autocommit=True) as slow,
        psycopg.connect(postgres_url, autocommit=True) as fast,
    ):
        slow.execute("CREATE TABLE naive (position bigserial PRIMARY KEY, event_id text)")
        seen: list[Any] = []
        with slow.transaction():
            slow.execute("INSERT INTO naive (event_id) VALUES ('slow')")
            fast.execute("INSERT INTO naive (event_id) VALUES ('fast')")
            seen += fast.execute("SELECT position, event_id FROM naive").fetchall()
        after = seen[-1][0]
        seen += fast.execute("SELECT * FROM naive WHERE position > %s", [after]).fetchall()
        assert [event_id for _, event_id in seen] == ["fast"], "the slow one is skipped for good"


def test_a_tail_never_passes_a_position_whose_commit_is_late(
    log: PostgresLog, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    inserted, may_commit = Event(), Event()
    insert = PostgresLog._insert

    def slowly(self: PostgresLog, *given: Any) -> None:
        insert(self, *given)
        if self is log:
            inserted.set()
            assert may_commit.wait(10)

    monkeypatch.setattr(PostgresLog, "_insert", slowly)
    with closing(PostgresLog(postgres_url)) as other, ThreadPoolExecutor(2) as pool:
        slow = pool.submit(log.append, [event("slow")])
        assert inserted.wait(10)
        fast = pool.submit(other.append, [event("fast")])
        time.sleep(0.2)
        assert (ids(other), other.end, fast.done()) == ([], 0, False)
        may_commit.set()
        assert (slow.result().offset, fast.result().offset) == (1, 2)
        assert ids(other) == ["slow", "fast"]


def test_a_writer_that_is_cut_off_keeps_the_others_waiting_for_seconds_only(
    log: PostgresLog, postgres_url: str
) -> None:
    locked, over, held = Event(), Event(), []

    def hold(connection: Connection) -> None:
        held.append(connection)
        with connection.transaction():
            connection.execute(postgres.LOCK)
            locked.set()
            assert over.wait(30)  # it says nothing more, and its server cannot know why

    with closing(PostgresLog(postgres_url)) as cut_off, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(cut_off._writing.run, hold)
        assert locked.wait(10)
        began = time.monotonic()
        assert log.append([event("a")]).offset == 1
        assert time.monotonic() - began < 15
        over.set()
        waiting.result()  # its server had ended its transaction, so it began another
    assert len(held) == 2


def test_a_commit_whose_answer_was_lost_is_neither_doubled_nor_taken_for_a_repetition(
    log: PostgresLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    append, calls = PostgresLog._append, []

    def lose_the_answer(self: PostgresLog, connection: Connection, batch: Any) -> Any:
        calls.append(appended := append(self, connection, batch))
        if len(calls) == 1:
            connection.close()
            raise psycopg.OperationalError("server closed the connection unexpectedly")
        return appended

    monkeypatch.setattr(PostgresLog, "_append", lose_the_answer)
    appended = log.append([event("a"), event("b"), event("a")])
    assert (appended.offset, appended.accepted) == (2, [True, True, False])
    assert [record.entry.event_id for record in appended.records] == ["a", "b"]
    assert (len(calls), ids(log)) == (2, ["a", "b"])


def test_what_was_lost_before_its_commit_is_appended_anew(
    log: PostgresLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    insert, calls = PostgresLog._insert, []

    def lose_the_connection(self: PostgresLog, connection: Connection, *given: Any) -> None:
        insert(self, connection, *given)
        calls.append(1)
        if len(calls) == 1:
            connection.close()
            raise psycopg.OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(PostgresLog, "_insert", lose_the_connection)
    assert log.append([event("a")]).accepted == [True]
    assert (len(calls), ids(log)) == (2, ["a"])


def test_no_batch_reads_all_that_was_appended_before(log: PostgresLog, postgres_url: str) -> None:
    """A table that is new to the planner seems to be small however large it grows."""
    for batch in range(12):  # prepared statements have their plan by then
        log.append([event(f"{batch}-{n}", f"user {n}") for n in range(50)])
        log.read(batch * 50, 50)
    log.append([event("0-0"), event("gone", "user 1", Kind.DELETE_USER)])
    log.find("0-1")
    log.compact()
    log.close()
    rows = "SELECT coalesce(sum(seq_tup_read), 0) FROM pg_stat_user_tables WHERE relname = ANY(%s)"
    with psycopg.connect(postgres_url, autocommit=True) as reader:
        asked = reader.execute(rows, [["entries", "ids", "chain", "gone"]]).fetchone()
    assert asked == (0,)


def test_a_connection_that_was_ended_is_made_anew(log: PostgresLog, postgres_url: str) -> None:
    log.append([event("a")])
    with psycopg.connect(postgres_url, autocommit=True) as administrator:
        administrator.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert ids(log) == ["a"]
    assert log.append([event("b")]).offset == 2


def test_a_server_that_is_killed_is_named_and_loses_nothing(
    log: PostgresLog, postgres_server: PostgresServer
) -> None:
    lease = log.lease("work")
    assert lease.is_held()
    log.append([event("a")])
    postgres_server.kill()
    try:
        for ask in (lambda: log.append([event("b")]), lambda: log.read(0, 1), lease.is_held):
            with pytest.raises(LogAwayError, match=r"Postgres, test\d+ at 127.* cannot be reached"):
                ask()
    finally:
        postgres_server.start()
    assert log.append([event("a"), event("b")]).accepted == [False, True]
    assert ids(log) == ["a", "b"]
    assert lease.is_held()
    lease.close()


def test_a_lease_is_lost_with_its_connection(log: PostgresLog, postgres_url: str) -> None:
    with closing(PostgresLog(postgres_url)) as other:
        first, second = log.lease("work"), other.lease("work")
        assert first.is_held()
        with psycopg.connect(postgres_url, autocommit=True) as administrator:
            administrator.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
            )
            while administrator.execute(
                "SELECT FROM pg_locks WHERE locktype = 'advisory'"
            ).fetchall():
                time.sleep(0.01)
        assert second.is_held()
        assert not first.is_held()
        first.close()
        second.close()


def test_a_standby_is_never_read(log: PostgresLog, postgres_url: str) -> None:
    """One that takes no writes, as a standby takes none; it may lack what was acknowledged."""
    with psycopg.connect(postgres_url, autocommit=True) as administrator:
        name = postgres_url.rpartition("/")[2]
        administrator.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    with pytest.raises(LogError, match="read-only"):
        PostgresLog(postgres_url)


def test_a_log_that_ends_before_what_was_read_is_refused(log: PostgresLog) -> None:
    log.append([event("a")])
    with pytest.raises(LogError, match="ends at record 1, and 2 were read"):
        log.read(2, 10)


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        ("DELETE FROM entries WHERE position = 2", "holds 1 records from 1 to 2, expected 2"),
        ("DELETE FROM entries WHERE position = 1", "holds 1 records from 1 to 2, expected 2"),
        ("UPDATE entries SET at = 7 WHERE position = 2", "record 2 does not match its checksum"),
        ("UPDATE entries SET body = 'x' WHERE position = 1", "record 1 does not match"),
    ],
)
def test_what_has_changed_is_named(log: PostgresLog, harm: str, message: str) -> None:
    log.append([event("a"), event("b")])
    log._writing.run(lambda connection: connection.execute(harm))
    with pytest.raises(LogError, match=message):
        log.read(0, 10)
    with pytest.raises(LogError, match=message):
        log.verify()


def test_an_id_that_is_taken_no_more_is_named(log: PostgresLog) -> None:
    log.append([event("a"), event("b")])
    log.verify()
    log._writing.run(lambda connection: connection.execute("DELETE FROM ids WHERE position = 2"))
    with pytest.raises(LogError, match="not those that are taken"):
        log.verify()


def test_ids_may_hold_what_text_in_postgres_may_not(log: PostgresLog) -> None:
    names = ["nothing\0behind", "\U0001f600", "'; DROP TABLE entries; --", "Grüße"]
    log.append([event(name, user=name) for name in names])
    assert ids(log) == names
    found = log.find(names[0])
    assert found is not None
    assert found.entry.user == names[0]
    log.append([event("gone", names[1], Kind.DELETE_USER)])
    assert log.compact() == 1


def test_the_chain_depends_on_what_was_appended_alone(log: PostgresLog) -> None:
    log.append([event("a"), event("b")])
    first = log.chain(2)
    assert (log.chain(0), log.chain(1), log.chain(3)) == (b"", first, None)
    log.append([event("gone", "ada", Kind.DELETE_USER)])
    log.compact()
    assert not log.erasure_is_due
    assert (log.chain(2), log.chain(3) in (None, first)) == (first, False)


def test_what_is_no_url_is_said(postgres_url: str) -> None:
    with pytest.raises(LogError, match="no URL of Postgres"):
        PostgresLog("postgresql://host:port:twice/db?nothing=1")
