"""Snapshots and erasures are work that is still to do, whatever was killed before."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.serving.snapshots import Snapshots
from app.serving.write_snapshot import write_snapshot
from app.settings import Settings
from ml import bundle
from ml.errors import BundleError
from ml.event_log.file_lease import FileLease
from ml.event_log.record import Entry, Kind
from ml.event_log.sqlite import SqliteLog
from ml.state.feature_state import FeatureState
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    state = FeatureState(Users(["ann"]), Tweets())
    bundle.write_state(tmp_path / "state", "base", state, tmp_path, "base")
    return Settings(artifacts=tmp_path)


@pytest.fixture
def log(settings: Settings) -> Iterator[SqliteLog]:
    with closing(SqliteLog(settings.log_file)) as log:
        yield log


def put(name: str, user: str) -> Entry:
    return Entry(name, Kind.PUT_USER, 1, user, {"user_id": user, "name": "Somebody"})


def erase(user: str) -> Entry:
    return Entry(f"erase-{user}", Kind.DELETE_USER, 2, user, {"user_id": user})


def kept(log: SqliteLog) -> list[str]:
    return [record.entry.event_id for record in log.read(0, 100)]


def test_an_erasure_that_was_killed_after_the_snapshot_is_finished_by_the_next(
    settings: Settings, log: SqliteLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.append([put("a", "ann"), put("b", "bob"), erase("ann")])
    with monkeypatch.context() as killed:
        killed.setattr(SqliteLog, "_writer", interrupt)
        with pytest.raises(KeyboardInterrupt):
            write_snapshot(settings, log)
    assert kept(log) == ["a", "b", "erase-ann"]
    assert log.erasure_is_due
    write_snapshot(settings, log)
    assert kept(log) == ["b", "erase-ann"]
    assert not log.erasure_is_due


def interrupt(_: object) -> None:
    raise KeyboardInterrupt


def test_who_is_erased_leaves_the_log_also_where_no_snapshot_can_be_written(
    tmp_path: Path,
) -> None:
    """Served from tables, without a training, there is none."""
    settings = Settings(artifacts=tmp_path)
    with closing(SqliteLog(settings.log_file)) as log:
        log.append([put("a", "ann"), erase("ann")])
        assert not write_snapshot(settings, log)
        assert kept(log) == ["erase-ann"]


def test_nothing_is_loaded_while_another_process_writes(settings: Settings, log: SqliteLog) -> None:
    log.append([put("a", "ann")])
    (settings.artifacts / "state" / "base" / "state.safetensors").write_bytes(b"damaged")
    folder = Snapshots.of(settings.log_file).folder
    folder.mkdir()
    with (folder / ".lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert not write_snapshot(settings, log)
    with pytest.raises(BundleError):
        write_snapshot(settings, log)


def test_what_a_killed_writer_left_is_swept_even_if_nothing_is_new(
    settings: Settings, log: SqliteLog
) -> None:
    log.append([put("a", "ann")])
    assert write_snapshot(settings, log)
    folder = Snapshots.of(settings.log_file).folder
    for name in (".aside.4000000", "000000000000"):
        (folder / name).mkdir()
        (folder / name / "users.parquet").write_bytes(b"half")
    (folder / ".current.4000000").write_text("half")
    assert not write_snapshot(settings, log)
    assert sorted(path.name for path in folder.iterdir()) == [".lock", "000000000001", "current"]


def test_one_of_the_processes_that_share_a_log_works_for_all(tmp_path: Path) -> None:
    first, second = (FileLease(tmp_path / "deeper" / "events.db") for _ in range(2))
    assert first.is_held()
    assert not second.is_held()
    assert first.is_held()
    first.close()
    assert second.is_held()
    second.close()
