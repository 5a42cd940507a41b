"""Training goes on from a log as if everything had been in the tables."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from weakref import ref

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from ml import bundle
from ml.__main__ import main
from ml.bundle import Bundle
from ml.dataset import table_options
from ml.dataset import tables as tables_on_disk
from ml.dataset.tables import Tables
from ml.event_log.record import Entry, Kind
from ml.event_log.sqlite import SqliteLog
from ml.event_log.to_tables import with_log
from ml.schema import TABLES
from ml.state.feature_state import FeatureState
from ml.training import train

SECOND = 1_000_000  # microseconds

Halves = tuple[Tables, list[Entry]]


@pytest.fixture(scope="module")
def halves(tiny_tables: Tables) -> Halves:
    """The world as it was at its middle, when half of its people had no names, and
    what happened from then on as entries of a log."""
    middle = int(tiny_tables.interactions["created_at"].median())  # type: ignore[arg-type]
    users = tiny_tables.users
    named, unnamed = users[: len(users) // 2], users[len(users) // 2 :]
    early: dict[str, pl.DataFrame] = {
        "users": pl.concat([named, unnamed.with_columns(name=pl.lit("?"), interests=None)])
    }
    entries = _entries("users", unnamed, lambda row: (Kind.PUT_USER, row))
    for name, entered in {
        "tweets": lambda row: (Kind.PUT_TWEET, row),
        "interactions": lambda row: (Kind.EVENT, row),
        "impressions": lambda row: (Kind.EVENT, row | {"action": "impression"}),
    }.items():
        frame = getattr(tiny_tables, name)
        is_early = frame["created_at"] < middle
        early[name] = frame.filter(is_early)
        entries += _entries(name, frame.filter(~is_early), entered)
    return replace(tiny_tables, **early), entries  # type: ignore[arg-type]


def _entries(
    name: str, rows: pl.DataFrame, entered: Callable[[dict[str, Any]], tuple[Kind, dict[str, Any]]]
) -> list[Entry]:
    found = []
    for n, row in enumerate(rows.to_dicts()):
        kind, body = entered(row)
        event_id = str(row.get("event_id") or f"{name}-{n}")
        at = 0 if kind is Kind.PUT_USER else row["created_at"]
        found.append(Entry(event_id, kind, at * SECOND + n, None, body))
    return found


def test_half_a_world_and_the_log_of_the_other_half_are_the_world(
    tiny_tables: Tables, halves: Halves, log: SqliteLog
) -> None:
    early, entries = halves
    log.append(entries[::-1])
    whole = with_log(early, log)
    for table in TABLES:
        ours, theirs = (
            getattr(one, table.name).drop("propensity", strict=False)
            for one in (whole, tiny_tables)
        )
        assert_frame_equal(ours, theirs)
    assert whole.missing == tiny_tables.missing


def test_training_on_them_gives_the_very_same_bundle(
    halves: Halves,
    tiny_bundle: Bundle,
    tmp_path: Path,
    log: SqliteLog,
    capsys: pytest.CaptureFixture[str],
) -> None:
    early, entries = halves
    log.append(entries)
    data, artifacts = tmp_path / "data", tmp_path / "artifacts"
    data.mkdir()
    for table in TABLES:
        getattr(early, table.name).write_parquet(data / f"{table.name}.parquet")
    given = ["train", "--data", str(data), "--out", str(artifacts)]
    assert main([*given, "--from-log", str(tmp_path / "log.sqlite")]) == 0
    assert f"bundle {tiny_bundle.version}:" in capsys.readouterr().out
    state = bundle.load_state(artifacts)
    assert state is not None
    assert len(state.tweets) == len(early.tweets), "a server goes on with the log"
    assert bundle.state_fingerprint(artifacts) == tables_on_disk.fingerprint(data)


@pytest.mark.parametrize("and_log", [(), ("--from-log", "log.sqlite")])
def test_no_table_is_kept_while_the_state_is_built(
    and_log: tuple[str, ...],
    tiny_data: Path,
    tmp_path: Path,
    log: SqliteLog,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    tables: list[ref[pl.DataFrame]] = []
    are_gone: list[bool] = []
    read, state = table_options.read, train._state

    def noted(folder: Path, given: Namespace) -> Tables:
        found = read(folder, given)
        tables.append(ref(found.impressions))
        return found

    def alone(*given: Any) -> FeatureState:
        are_gone.extend(one() is None for one in tables)
        return state(*given)

    monkeypatch.setattr(table_options, "read", noted)
    monkeypatch.setattr(train, "_state", alone)
    given = ["train", "--data", str(tiny_data), "--out", "artifacts", "--rejects", "rejects"]
    assert main([*given, *and_log]) == 0
    assert are_gone == [True]


def test_a_log_that_is_not_there_is_an_error(
    tiny_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    absent = tmp_path / "absent.sqlite"
    assert main(["train", "--data", str(tiny_data), "--from-log", str(absent)]) == 2
    assert f"error: there is no event log {absent}" in capsys.readouterr().err
    assert not absent.exists()
