"""A bit that changes in the file of a log is found, named in one sentence, and never answered."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from ml.errors import LogError
from ml.event_log.acknowledged import Acknowledged
from ml.event_log.record import Entry, Kind, Record
from ml.event_log.sqlite import SqliteLog

FLIPS = 30


def entries(first: int, count: int) -> Iterator[Entry]:
    for n in range(first, first + count):
        user = f"u{n % 7}"
        body = {"action": "like", "user_id": user, "tweet_id": str(n)}
        yield Entry(f"event-{n}", Kind.EVENT, n, user, body)
        shown = {
            "user_id": user,
            "shown": [str(n)],
            "scores": [0.5],
            "pool": str(n),
            "sources": "AQAAAA==",
        }
        yield Entry(f"served/{n}", Kind.SERVED, n, user, shown)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A log from which somebody was erased; it was closed, and so has no write-ahead log."""
    path = tmp_path / "whole" / "events.db"
    path.parent.mkdir()
    with closing(SqliteLog(path)) as log:
        for first in range(0, 200, 20):
            log.append(list(entries(first, 20)))
        log.append([Entry("erase", Kind.DELETE_USER, 1, "u3", {"user_id": "u3"})])
        log.compact()
    return path


@pytest.fixture
def killed(path: Path, tmp_path: Path) -> Path:
    """The log as a server leaves it that was killed: half of it is in the write-ahead log."""
    copy = tmp_path / "killed" / "events.db"
    with closing(SqliteLog(path)) as log:
        for first in range(1_000, 1_200, 20):
            log.append(list(entries(first, 20)))
        shutil.copytree(path.parent, copy.parent)
    assert copy.with_name("events.db-wal").stat().st_size > 0
    return copy


def everything(path: Path) -> tuple[list[Record], list[Record | None], bytes | None]:
    """All that a log answers, after it was verified."""
    with closing(SqliteLog(path)) as log:
        log.verify()
        records = log.read(0, 10_000)
        found = [log.find(f"event-{n}") for n in range(200)]
        return records, found, log.chain(log.end)


@pytest.mark.parametrize("which", ["path", "killed"])
def test_no_flipped_bit_is_silent(
    which: str, tmp_path: Path, request: pytest.FixtureRequest, rng: np.random.Generator
) -> None:
    whole: Path = request.getfixturevalue(which)
    damaged = tmp_path / "damaged" / whole.name
    shutil.copytree(whole.parent, tmp_path / "opened")
    expected = everything(tmp_path / "opened" / whole.name)
    noticed: list[str] = []
    for _ in range(FLIPS):
        shutil.rmtree(damaged.parent, ignore_errors=True)
        shutil.copytree(whole.parent, damaged.parent)
        file = damaged.parent / str(rng.choice(sorted(one.name for one in whole.parent.iterdir())))
        raw = bytearray(file.read_bytes())
        raw[rng.integers(len(raw))] ^= 1 << rng.integers(8)
        file.write_bytes(raw)
        try:
            assert everything(damaged) == expected, file.name
        except LogError as error:
            noticed.append(str(error))
    assert noticed
    assert [text for text in noticed if "\n" in text or str(damaged) not in text] == []


def test_a_record_that_has_changed_is_named(path: Path) -> None:
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("UPDATE entries SET at = at + 1 WHERE offset = 11")
    with closing(SqliteLog(path)) as log:
        assert len(log.read(0, 8)) == 8
        with pytest.raises(LogError, match=r"record 11 does not match .* restore it from a backup"):
            log.read(0, 100)
        with pytest.raises(LogError, match=r"record 11 does not match"):
            log.find("event-5")


@pytest.mark.parametrize("offset", [11, 401])
def test_a_record_that_is_missing_is_noticed(path: Path, offset: int) -> None:
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("DROP TRIGGER erased")
        raw.execute("UPDATE meta SET value = x'00' WHERE name = 'schema'")
        raw.execute("DELETE FROM entries WHERE offset = ?", [offset])
    with pytest.raises(LogError, match=r"tables are not declared as they were"):
        SqliteLog(path)
    reseal(path)
    with closing(SqliteLog(path)) as log, pytest.raises(LogError, match=r"holds \d+ records from"):
        log.read(0, 1_000)


def test_the_pool_of_a_page_that_is_missing_or_has_changed_is_noticed(path: Path) -> None:
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("DELETE FROM details WHERE offset = 12")
        raw.execute("UPDATE details SET body = x'00' WHERE offset = 14")
    with closing(SqliteLog(path)) as log:
        for event_id in ("served/5", "served/6"):
            with pytest.raises(LogError, match=r"does not match its checksum"):
                log.find(event_id)


def test_a_changed_secret_is_noticed(path: Path) -> None:
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("UPDATE meta SET value = randomblob(32) WHERE name = 'secret'")
    with closing(SqliteLog(path)) as log, pytest.raises(LogError, match=r"record 1 does not match"):
        log.read(0, 1)


def test_an_id_that_would_be_accepted_again_is_noticed(path: Path) -> None:
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("UPDATE ids SET digest = randomblob(16) WHERE offset = 7")
    with closing(SqliteLog(path)) as log, pytest.raises(LogError, match=r"ids that were accepted"):
        log.verify()


def test_transactions_that_a_bit_took_away_are_missed_at_every_start(killed: Path) -> None:
    journal = killed.with_name("events.db-wal")
    raw = bytearray(journal.read_bytes())
    raw[len(raw) // 2] ^= 1
    journal.write_bytes(raw)
    for _ in range(2):
        with pytest.raises(LogError, match=r"801 were acknowledged.*delete events.db.acknowledged"):
            SqliteLog(killed)
    killed.with_name("events.db.acknowledged").unlink()
    with closing(SqliteLog(killed)) as log:
        log.verify()
        assert 401 <= log.end < 801


def test_an_older_log_that_was_restored_is_no_loss(
    path: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.copy(path, tmp_path / "backup")
    with closing(SqliteLog(path)) as log:
        log.append(list(entries(1_000, 1)))
    shutil.copy(tmp_path / "backup", path)
    for _ in range(2):
        with closing(SqliteLog(path)) as log:
            assert log.end == 401
    assert caplog.text.count("was restored: it ends at 401, not 403") == 1


def test_a_log_that_grows_while_another_process_opens_it_has_lost_nothing(path: Path) -> None:
    with closing(SqliteLog(path)) as log, closing(Acknowledged(path)) as opening:

        def end() -> int:
            log.append(list(entries(1_000, 1)))
            return log.end

        log.append(list(entries(2_000, 1)))
        opening.compare(path, end, had_journal=True)
    SqliteLog(path).close()


def reseal(path: Path) -> None:
    """Declare the tables as they are now."""
    from ml.event_log import sqlite_schema

    with closing(sqlite3.connect(path)) as raw, raw:
        stamp = sqlite_schema._fingerprint(raw)
        raw.execute("UPDATE meta SET value = ? WHERE name = 'schema'", [stamp])
