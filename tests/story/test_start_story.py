"""Somebody starts the service, with what they have."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Sequence
from pathlib import Path

import pytest

from app.__main__ import main
from app.read_settings import read_settings
from app.serving.engine import build_engine
from app.settings import Settings


@pytest.fixture
def artifacts(tiny_artifacts: Path, tmp_path: Path) -> Path:
    """A copy to damage."""
    return shutil.copytree(tiny_artifacts, tmp_path / "artifacts")


@pytest.fixture
def environment(
    artifacts: Path, tiny_data: Path, monkeypatch: pytest.MonkeyPatch
) -> pytest.MonkeyPatch:
    monkeypatch.setenv("FORYOU_ARTIFACTS", str(artifacts))
    monkeypatch.setenv("FORYOU_DATA_DIR", str(tiny_data))
    return monkeypatch


def refused(capsys: pytest.CaptureFixture[str], command: Sequence[str] = ("timeline", "1")) -> str:
    """The one line that a start which is refused ends in."""
    assert main([*command]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    (line,) = (line for line in printed.err.splitlines() if " app.serving.engine: " not in line)
    assert line.startswith("error: ")
    return line


def test_a_timeline_in_plain_text(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["timeline", "1", "--limit", "3"]) == 0
    page = capsys.readouterr().out
    assert page.startswith("For 1 at ")
    for word in ("score", "predicted", "near", "safety", "FeedbackFatigue", "InNetwork"):
        assert word in page
    assert sum(line[:2].strip().isdigit() for line in page.splitlines()) == 3


def test_a_port_that_is_taken_is_named(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        environment.setenv("FORYOU_PORT", str(port))
        line = refused(capsys, command=[])
    assert (
        f"cannot listen on 127.0.0.1, port {port}: Address already in use; set FORYOU_HOST" in line
    )


def test_an_option_counts_before_the_setting_of_its_name(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        environment.setenv("FORYOU_PORT", "0")
        line = refused(capsys, command=["--port", str(port)])
    assert f"cannot listen on 127.0.0.1, port {port}" in line
    line = refused(capsys, command=["--port", "70000"])
    assert "FORYOU_PORT='70000'" in line
    assert "65535" in line


def test_what_is_no_id_is_not_asked_for(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["timeline", "no body"])
    assert (
        "U+0020 at character 3; expected an id: 1 to 256 printable characters without spaces"
        in capsys.readouterr().err
    )


def test_without_a_bundle_the_formula_serves_and_says_so(tiny_data: Path, tmp_path: Path) -> None:
    engine = build_engine(Settings(artifacts=tmp_path, data_dir=tiny_data))
    query = engine.hydrate.query("1", 10)
    served = engine.products["for_you"].run(query)
    assert served.product.name == "heuristic"
    assert engine.missing == ("bundle", "TwoTower", "HeavyRanker", "nsfw", "toxicity")
    assert engine.model_version == "heuristic"
    assert len(served.batch) == 10


def test_a_damaged_file_is_named(
    environment: pytest.MonkeyPatch, artifacts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    version = (artifacts / "current").read_text().strip()
    weights = artifacts / version / "heavy_ranker.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    assert "heavy_ranker.safetensors" in refused(capsys)


@pytest.mark.parametrize("pointer", [b"", b"\xff\xfe\n", b"../elsewhere\n"])
@pytest.mark.parametrize("folder", [".", "state"])
def test_a_damaged_pointer_is_named(
    environment: pytest.MonkeyPatch,
    artifacts: Path,
    capsys: pytest.CaptureFixture[str],
    folder: str,
    pointer: bytes,
) -> None:
    path = artifacts / folder / "current"
    path.write_bytes(pointer)
    line = refused(capsys)
    assert f"{path} names nothing" in line
    assert "train again" in line


def test_a_feature_that_is_gone_is_named(
    environment: pytest.MonkeyPatch, artifacts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    version = (artifacts / "current").read_text().strip()
    path = artifacts / version / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["features"].append("moon_phase")
    path.write_text(json.dumps(manifest))
    line = refused(capsys)
    assert "moon_phase" in line
    assert "retrain" in line


def test_other_tables_than_were_trained_on_are_refused(
    environment: pytest.MonkeyPatch,
    tiny_data: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    other = shutil.copytree(tiny_data, tmp_path / "other")
    (other / "impressions.parquet").unlink()
    environment.setenv("FORYOU_DATA_DIR", str(other))
    line = refused(capsys)
    assert "not trained on" in line
    assert "train again" in line


def test_nothing_to_serve_is_said_with_the_remedy(
    environment: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.setenv("FORYOU_ARTIFACTS", str(tmp_path / "nothing"))
    environment.setenv("FORYOU_DATA_DIR", str(tmp_path / "nowhere"))
    assert "foryou train" in refused(capsys)
    line = refused(capsys, command=[])
    assert f"{tmp_path / 'nothing'} holds nothing to serve" in line
    assert not (tmp_path / "nothing").exists()


def test_a_number_out_of_bounds_is_told_both(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for value in ("-1", "70000"):
        environment.setenv("FORYOU_PORT", value)
        assert f"FORYOU_PORT='{value}': expected a number from 0 to 65535" in refused(capsys)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("CLOCK", "yesterday"),
        ("PRESET", "spicy"),
        ("WEIGHTS", '{"applause": 1}'),
        ("AUTHOR_DECAY", "2"),
        ("NSFW_STEPS", "[["),
        ("NSFW_STEPS", "[[0.5, 7]]"),
    ],
)
def test_an_invalid_setting_is_named(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    environment.setenv(f"FORYOU_{name}", value)
    assert name.lower() in refused(capsys).lower()


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("FORYOU_PRESETT", "FORYOU_PRESET"), ("foryou_artefacts", "FORYOU_ARTIFACTS")],
)
def test_a_misspelt_setting_is_refused_with_the_nearest_name(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], wrong: str, right: str
) -> None:
    environment.setenv(wrong, "1")
    assert refused(capsys) == f"error: {wrong}: there is no such setting; is it {right}?"


def test_a_setting_is_read_by_its_old_name_with_a_warning(
    environment: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    environment.setenv("FORYOU_FEW", "3")
    environment.setenv("FORYOU_MOST_BYTES", "5000")
    environment.setenv("FORYOU_MAX_BODY_BYTES", "6000")  # the new name goes first
    settings = read_settings()
    assert settings.popular_max_following == 3
    assert settings.max_body_bytes == 6000
    assert "FORYOU_FEW is now called FORYOU_POPULAR_MAX_FOLLOWING" in caplog.text
