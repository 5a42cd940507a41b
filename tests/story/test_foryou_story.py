"""`foryou`, as somebody with a project of their own uses it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

FORYOU = Path(sys.executable).with_name("foryou")
SECONDS = 180  # on a busy machine


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose packages are called like ours, and must not be imported in our place."""
    for name in ("app", "evaluation", "ml"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise ImportError('this is the user\\'s')\n")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "torch.py").write_text("raise ImportError('libtorch.so is missing')\n")
    return tmp_path


@pytest.fixture
def environment(tiny_artifacts: Path, tiny_data: Path, tmp_path: Path) -> dict[str, str]:
    ours = {
        "FORYOU_ARTIFACTS": str(tiny_artifacts),
        "FORYOU_DATA_DIR": str(tiny_data),
        "FORYOU_LOG": str(tmp_path / "events.db"),
        "FORYOU_PORT": "0",
        "FORYOU_SNAPSHOT_MINUTES": "0.02",
    }
    return {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | ours


def foryou(project: Path, environment: dict[str, str], *words: str) -> tuple[int, str]:
    ended = subprocess.run(
        [FORYOU, *words], cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    return ended.returncode, ended.stdout + ended.stderr


def test_help_names_every_command(project: Path, environment: dict[str, str]) -> None:
    code, text = foryou(project, environment, "--help")
    assert code == 0
    for name in [
        "serve",
        "timeline",
        "check",
        "train",
        "evaluate",
        "simulate",
        "describe",
        "bundles",
        "promote",
        "doctor",
    ]:
        assert re.search(rf"^ +{name} ", text, re.MULTILINE), name


def test_help_loads_no_heavy_library() -> None:
    """Torch alone takes more than a second."""
    heavy = "torch polars numpy fastapi pydantic sklearn"
    look = f"import sys, app.cli.main; print(*({{*sys.modules}} & {{*{heavy.split()!r}}}))"
    found = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == ""


def test_an_unknown_command_is_one_complaint(project: Path, environment: dict[str, str]) -> None:
    code, text = foryou(project, environment, "serv")
    assert code == 2
    assert "No such command 'serv'" in text
    assert "Traceback" not in text


def test_a_command_has_the_options_of_its_module(
    project: Path, environment: dict[str, str], tiny_data: Path
) -> None:
    code, text = foryou(project, environment, "check", str(tiny_data))
    assert code == 0
    assert "can be read" in text
    code, text = foryou(project, environment, "check", str(project / "nowhere"))
    assert code == 2
    assert text.startswith("error: ")


def test_the_doctor_finds_nothing_wrong(project: Path, environment: dict[str, str]) -> None:
    code, text = foryou(project, environment, "doctor")
    assert (code, text.splitlines()[-1]) == (0, "all is well"), text


@pytest.mark.parametrize(
    "faults",
    [
        [("FORYOU_PROT", "8000", "is it FORYOU_PORT?")],
        [("FORYOU_ARTIFACTS", "nowhere", "there is no folder nowhere")],
        [
            ("FORYOU_BUNDLE", "000000000000", "PROBLEM  bundle"),
            ("FORYOU_LOG", "app/__init__.py", "PROBLEM  event log"),
            ("FORYOU_HOST", "192.0.2.1", "PROBLEM  port"),
        ],
        [("PYTHONPATH", "broken", "PROBLEM  libraries")],
    ],
)
def test_the_doctor_finds_what_is_wrong(
    project: Path, environment: dict[str, str], faults: list[tuple[str, str, str]]
) -> None:
    given = {name: value for name, value, _ in faults}
    code, text = foryou(project, environment | given, "doctor")
    assert code == 1
    for _, _, found in faults:
        assert found in text
    assert "Traceback" not in text


def test_two_workers_write_a_snapshot_from_a_foreign_folder(
    project: Path, environment: dict[str, str]
) -> None:
    process = subprocess.Popen(
        [FORYOU, "serve", "--workers", "2"],
        cwd=project,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        url = re.search(r"http://[\w.:]+", process.stdout.readline())
        assert url
        until, state = time.monotonic() + SECONDS, project / "events.db.state" / "current"
        while not state.exists() and time.monotonic() < until:
            try:
                urllib.request.urlopen(f"{url[0]}/timeline/1", timeout=5).read()
            except OSError:
                time.sleep(0.2)  # the workers are still starting
            time.sleep(0.1)
        assert state.exists()
    finally:
        process.terminate()
        _, errors = process.communicate(timeout=30)
    assert "this is the user" not in errors
    assert "no snapshot was written" not in errors
