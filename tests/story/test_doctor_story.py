"""Somebody's installation does not start, and they ask the doctor: it names each planted fault, and
what to do about it."""

from __future__ import annotations

import json
import shutil
import socket
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.cli import doctor
from evaluation.loadtest.server import serving
from ml import bundle
from ml.event_log.open_log import open_log
from ml.event_log.record import Entry, Kind


@pytest.fixture
def artifacts(
    tiny_artifacts: Path, tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """An installation without a fault."""
    folder = shutil.copytree(tiny_artifacts, tmp_path / "artifacts")
    data = shutil.copytree(tiny_data, tmp_path / "tables")
    for name, value in (("ARTIFACTS", folder), ("DATA_DIR", data), ("PORT", 0)):
        monkeypatch.setenv(f"FORYOU_{name}", str(value))
    with_a_log(folder)
    return folder


def with_a_log(folder: Path) -> None:
    log = open_log(folder / "events.db")
    body = {"action": "follow", "user_id": "1", "target_user_id": "2"}
    log.append([Entry(f"e{i}", Kind.EVENT, i, "1", body) for i in range(50)])
    log.close()


def flip(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)


def current(artifacts: Path) -> Path:
    return artifacts / str(bundle.current(artifacts))


def state(artifacts: Path) -> Path:
    (path,) = (artifacts / "state").glob("*/state.safetensors")
    return path


def of_another_format(artifacts: Path) -> None:
    path = current(artifacts) / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": 4}))


def change_a_table(artifacts: Path) -> None:
    (artifacts.parent / "tables" / "follows.parquet").unlink()


def forge_a_record(artifacts: Path) -> None:
    log = sqlite3.connect(artifacts / "events.db")
    log.execute("UPDATE entries SET body = replace(body, '\"2\"', '\"3\"') WHERE offset = 7")
    log.commit()
    log.close()


def damage_a_snapshot(artifacts: Path) -> None:
    folder, name = artifacts / "events.db.state", "000000000050"
    shutil.copytree(state(artifacts).parent, folder / name)
    (folder / "current").write_text(f"{name}\n")
    flip(folder / name / "state.safetensors")


FAULTS: list[tuple[str, str, str, Callable[[Path], object]]] = [
    ("artifacts", "there is no folder", "run foryou train", shutil.rmtree),
    (
        "bundle",
        "names none of the bundles",
        "promote VERSION",
        lambda at: (at / "current").unlink(),
    ),
    (
        "bundle",
        "sha256 differs",
        "retrain",
        lambda at: flip(current(at) / "heavy_ranker.safetensors"),
    ),
    (
        "bundle",
        "is missing",
        "promote another",
        lambda at: (current(at) / "two_tower.safetensors").unlink(),
    ),
    ("bundle", "has format 4", "retrain", of_another_format),
    ("state", "names no state", "train again", lambda at: (at / "state" / "current").unlink()),
    ("state", "sha256 differs", "train again", lambda at: flip(state(at))),
    ("state", "have changed since the training", "train again", change_a_table),
    ("event log", "has changed on disk", "restore", forge_a_record),
    ("snapshots", "sha256 differs", "or delete", damage_a_snapshot),
]
SETTINGS: list[tuple[str, str, str, str, str]] = [
    ("settings", "PROT", "8000", "there is no such setting", "is it FORYOU_PORT?"),
    ("settings", "SERVED_HOURS", "many", "FORYOU_SERVED_HOURS='many'", "valid number"),
    ("keys", "TOKEN_SECRET", "short", "FORYOU_TOKEN_SECRET has 5 bytes", "a random secret of 32"),
    ("service", "PRESET", "mine", "mine", "x-2026"),
]


def problems() -> dict[str, str]:
    return {one.subject: one.text for one in doctor.findings() if not one.is_fine}


def test_a_sound_installation_has_no_problem(artifacts: Path) -> None:
    assert problems() == {}


@pytest.mark.parametrize(
    ("subject", "fault", "remedy", "plant"), FAULTS, ids=[f"{s} {f}" for s, f, _, _ in FAULTS]
)
def test_a_planted_fault_is_found_with_its_remedy(
    artifacts: Path, subject: str, fault: str, remedy: str, plant: Callable[[Path], object]
) -> None:
    plant(artifacts)
    found = problems()
    assert fault in found[subject]
    assert remedy in found[subject]
    follows = {"bundle": {"service"}, "state": {"service"}}.get(subject, set())
    if subject != "artifacts":  # without which nothing is there
        assert found.keys() <= {subject, *follows}


@pytest.mark.parametrize(("subject", "name", "value", "fault", "remedy"), SETTINGS)
def test_a_setting_that_cannot_be_is_found_with_its_remedy(
    artifacts: Path,
    monkeypatch: pytest.MonkeyPatch,
    subject: str,
    name: str,
    value: str,
    fault: str,
    remedy: str,
) -> None:
    monkeypatch.setenv(f"FORYOU_{name}", value)
    found = problems()
    assert found.keys() == {subject}
    assert fault in found[subject]
    assert remedy in found[subject]


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", 0))
        somebody.listen()
        yield somebody.getsockname()[1]


def test_a_port_that_is_taken_is_found_with_its_remedy(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch, taken: int
) -> None:
    monkeypatch.setenv("FORYOU_PORT", str(taken))
    found = problems()
    assert found.keys() == {"port"}
    assert "set FORYOU_HOST or FORYOU_PORT" in found["port"]


def test_the_port_of_the_service_that_runs_is_no_problem(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"FORYOU_ARTIFACTS": str(artifacts)}
    with serving(settings) as server:
        monkeypatch.setenv("FORYOU_PORT", str(server.address[1]))
        assert problems() == {}


def test_the_report_is_a_line_per_check(
    artifacts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flip(state(artifacts))
    assert doctor.report() == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in lines if line.startswith("PROBLEM")] == ["state", "service"]
    assert lines[-1] == "2 problems found"
