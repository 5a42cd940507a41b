"""A log that is moved into Postgres is the same log: places, digests, secret, what is gone."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from ml.__main__ import main
from ml.errors import LogError
from ml.event_log.log_copy import copy_log
from ml.event_log.postgres import PostgresLog
from ml.event_log.record import Entry, Kind
from ml.event_log.sqlite import SqliteLog


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A log of all kinds of records, from which somebody was erased."""
    path = tmp_path / "events.db"
    page = {"user_id": "bob", "shown": ["1"], "pool": "1 2", "sources": "AQE="}
    with closing(SqliteLog(path)) as log:
        log.append([Entry(f"a{n}", Kind.EVENT, n, "ada", {"n": n}) for n in range(5)])
        log.append(
            [Entry("page", Kind.SERVED, 7, "bob", page), Entry("x", Kind.EVENT, 8, None, {})]
        )
        log.append([Entry("gone", Kind.DELETE_USER, 9, "ada", {"user_id": "ada"})])
        log.compact()
        log.append([Entry("Grüße\0", Kind.EVENT, 10, "bob", {"text": "\ud800"})])
    return path


def test_a_copy_is_the_same_log(path: Path, postgres_url: str) -> None:
    assert copy_log(path, postgres_url) == 4
    with closing(SqliteLog(path)) as source, closing(PostgresLog(postgres_url)) as copy:
        assert copy.read(0, 100) == source.read(0, 100)
        assert (copy.end, copy.secret()) == (source.end, source.secret())
        assert [copy.chain(n) for n in range(12)] == [source.chain(n) for n in range(12)]
        assert not copy.erasure_is_due
        more = [Entry("a1", Kind.EVENT, 11, "eve", {}), Entry("new", Kind.EVENT, 12, "bob", {})]
        assert source.append(more) == copy.append(more)
        assert source.chain(10) == copy.chain(10)
        copy.verify()


def test_a_log_that_is_not_empty_is_left_alone(path: Path, postgres_url: str) -> None:
    copy_log(path, postgres_url)
    with pytest.raises(LogError, match="holds 9 records already"):
        copy_log(path, postgres_url)


def test_a_damaged_log_is_not_copied(path: Path, postgres_url: str) -> None:
    with closing(SqliteLog(path)) as log, log._writer() as connection:
        connection.execute("UPDATE entries SET at = 99 WHERE offset = 7")
    with pytest.raises(LogError, match="record 7 does not match its checksum"):
        copy_log(path, postgres_url)
    with closing(PostgresLog(postgres_url)) as copy:
        assert copy.end == 0


def test_it_is_a_command(path: Path, postgres_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["log", "copy", str(path), postgres_url]) == 0
    assert "4 records copied" in capsys.readouterr().out
    assert main(["log", "copy", str(path), str(path.with_name("other.db"))]) == 2
    assert "is no database" in capsys.readouterr().err
