"""A snapshot is used with the log whose history it holds, and with no other."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.serving.snapshots import Snapshots
from ml.event_log.record import Entry, Kind
from ml.event_log.sqlite import SqliteLog
from ml.state.feature_state import FeatureState
from ml.state.storage.state_diff import differences
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users
from ml.state.updates.apply_records import apply_records

SECOND = 1_000_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.db"


@pytest.fixture
def log(path: Path) -> Iterator[SqliteLog]:
    with closing(SqliteLog(path)) as log:
        yield log


def put(log: SqliteLog, *users: str) -> None:
    """One batch."""
    log.append(
        [Entry(f"put/{user}", Kind.PUT_USER, SECOND, user, {"user_id": user}) for user in users]
    )


def replayed(log: SqliteLog, limit: int = 1_000_000) -> FeatureState:
    state = FeatureState(Users(), Tweets())
    apply_records(state, log.read(0, limit))
    return state


def write(log: SqliteLog, path: Path, limit: int = 1_000_000) -> FeatureState:
    state = replayed(log, limit)
    assert Snapshots.of(path).write(state, "base", path.parent, log)
    return state


def newest(path: Path) -> tuple[FeatureState | None, FeatureState]:
    """What the snapshots beside a log hold, and what a replay of the log up to there gives."""
    with closing(SqliteLog(path)) as log:
        found = Snapshots.of(path).newest("base", log)
        return found, replayed(log, found.offset if found else 1)


def test_a_restored_log_that_went_on_differently_is_not_answered_from_a_newer_snapshot(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(SqliteLog(path)) as log:
        put(log, "ann", "bob")
    shutil.copy(path, path.with_suffix(".backup"))
    with closing(SqliteLog(path)) as log:
        put(log, "cyd", "dan")
        write(log, path)
    shutil.copy(path.with_suffix(".backup"), path)
    assert newest(path)[0] is None  # the log is shorter than the snapshot
    assert "another history" in caplog.text
    with closing(SqliteLog(path)) as log:
        put(log, "eve", "fay", "gus")
    assert newest(path)[0] is None  # the log is longer, and differs
    assert caplog.text.count("another history") == 2


def test_a_batch_that_was_appended_only_in_part_before_the_snapshot_counts_whole(
    path: Path,
) -> None:
    with closing(SqliteLog(path)) as log:
        put(log, "ann", "bob")
    shutil.copy(path, path.with_suffix(".backup"))
    with closing(SqliteLog(path)) as log:
        put(log, "cyd", "dan")
        write(log, path, limit=3)
    assert newest(path)[0] is not None
    shutil.copy(path.with_suffix(".backup"), path)
    with closing(SqliteLog(path)) as log:
        put(log, "eve", "fay")
    assert newest(path)[0] is None


def test_an_older_snapshot_that_belongs_to_the_restored_log_is_used(path: Path) -> None:
    with closing(SqliteLog(path)) as log:
        put(log, "ann", "bob")
        write(log, path)
    shutil.copy(path, path.with_suffix(".backup"))
    with closing(SqliteLog(path)) as log:
        put(log, "cyd")
        write(log, path)
    shutil.copy(path.with_suffix(".backup"), path)
    with closing(SqliteLog(path)) as log:
        put(log, "eve")
    found, expected = newest(path)
    assert found is not None
    assert found.offset == 2
    assert differences(found, expected) == []


def test_the_next_snapshot_takes_the_place_of_one_of_another_history(path: Path) -> None:
    with closing(SqliteLog(path)) as log:
        put(log, "ann")
    shutil.copy(path, path.with_suffix(".backup"))
    with closing(SqliteLog(path)) as log:
        put(log, "bob", "cyd", "dan")
        write(log, path)
    shutil.copy(path.with_suffix(".backup"), path)
    with closing(SqliteLog(path)) as log:
        put(log, "eve")
        write(log, path)
    assert [one.name for one in Snapshots.of(path).folder.glob("0*")] == [f"{2:012d}"]
    found, expected = newest(path)
    assert found is not None
    assert differences(found, expected) == []


def test_a_damaged_pointer_to_a_snapshot_costs_a_replay_and_nothing_else(
    path: Path, log: SqliteLog, caplog: pytest.LogCaptureFixture
) -> None:
    put(log, "ann", "bob")
    write(log, path)
    (Snapshots.of(path).folder / "current").write_text("\x01\n")
    assert Snapshots.of(path).newest("base", log) is None
    assert "whole event log is read again" in caplog.text
    put(log, "cyd")
    write(log, path)
    assert Snapshots.of(path).newest("base", log) is not None


def test_erasure_leaves_the_chain_as_it_was(path: Path, log: SqliteLog) -> None:
    put(log, "ann", "bob")
    log.append([Entry("erase/ann", Kind.DELETE_USER, SECOND, "ann", {"user_id": "ann"})])
    before = [log.chain(offset) for offset in range(4)]
    write(log, path)
    assert log.compact() == 1
    assert [log.chain(offset) for offset in range(4)] == before
    assert newest(path)[0] is not None


def test_the_chain_is_of_what_was_appended(path: Path, log: SqliteLog) -> None:
    """Not of when or in which process, and each batch ends at a value of its own."""
    put(log, "ann", "bob")
    first, second = log.chain(1), log.chain(2)
    assert log.chain(0) == b""
    assert first == second
    put(log, "ann")  # a duplicate: nothing is appended
    assert log.chain(2) == first
    assert log.chain(3) is None
    with closing(SqliteLog(path)) as other:
        put(other, "cyd")
        assert other.chain(3) == log.chain(3) != first
