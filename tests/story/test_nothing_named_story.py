"""Bundles exist, or were served, and none is named: nothing unsafe takes their place."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from fastapi.testclient import TestClient

from app.__main__ import main
from app.main import create_app
from app.serving.engine import build_engine
from app.settings import Settings
from ml.errors import BundleError

Settle = Callable[..., Settings]


@pytest.fixture
def artifacts(tiny_artifacts: Path, tmp_path: Path) -> Path:
    """A copy to damage."""
    return Path(shutil.copytree(tiny_artifacts, tmp_path / "artifacts"))


@pytest.fixture
def settle(artifacts: Path, tiny_data: Path, tmp_path: Path) -> Settle:
    def settings(**given: object) -> Settings:
        values = {"artifacts": artifacts, "data_dir": tiny_data, "log": tmp_path / "events.db"}
        return Settings(**{**values, "log_level": "error", **given})  # type: ignore[arg-type]

    return settings


def emptied(artifacts: Path) -> None:
    for path in artifacts.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def test_a_missing_pointer_beside_bundles_is_refused_in_one_sentence(
    artifacts: Path,
    tiny_data: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    version = (artifacts / "current").read_text().strip()
    (artifacts / "current").unlink()
    monkeypatch.setenv("FORYOU_ARTIFACTS", str(artifacts))
    monkeypatch.setenv("FORYOU_DATA_DIR", str(tiny_data))
    with socket.create_server(("127.0.0.1", 0)) as taken:  # nothing may come so far as to listen
        monkeypatch.setenv("FORYOU_PORT", str(taken.getsockname()[1]))
        for command in ([], ["timeline", "1"]):
            assert main(command) == 2
            printed = capsys.readouterr()
            assert printed.out == ""
            (line,) = (line for line in printed.err.splitlines() if line.startswith("error: "))
            assert str(artifacts / "current") in line
            assert version in line
            assert "promote" in line


@pytest.mark.parametrize("left", ["previous", ".old.0123456789ab"])
def test_whatever_a_bundle_left_behind_is_a_reason_to_refuse(
    tiny_data: Path, tmp_path: Path, left: str
) -> None:
    trace = tmp_path / "artifacts" / left
    trace.parent.mkdir()
    if left.startswith("."):
        trace.mkdir()
        (trace / "manifest.json").write_text("{}")
    else:
        trace.write_text("0123456789ab\n")
    with pytest.raises(BundleError, match="names none"):
        build_engine(Settings(artifacts=tmp_path / "artifacts", data_dir=tiny_data))


def test_once_a_bundle_was_served_its_log_is_not_served_without_one(
    settle: Settle, artifacts: Path
) -> None:
    version = (artifacts / "current").read_text().strip()
    with TestClient(create_app(settle())) as client:
        assert client.get("/timeline/1").json()["model_version"] == version
    emptied(artifacts)
    with (
        pytest.raises(BundleError, match=f"{version} was served"),
        TestClient(create_app(settle())),
    ):
        pass


def test_a_bundle_that_came_by_a_reload_was_served_as_well(
    settle: Settle, artifacts: Path, tmp_path: Path
) -> None:
    there = tmp_path / "aside"
    artifacts.rename(there)
    with TestClient(create_app(settle())) as client:
        assert client.get("/readyz").json()["model_version"] == "heuristic"
        shutil.copytree(there, artifacts)
        assert client.post("/admin/reload", json={}).json()["model_version"] != "heuristic"
    emptied(artifacts)
    with pytest.raises(BundleError, match="was served"), TestClient(create_app(settle())):
        pass


@pytest.mark.parametrize("gone", ["current", "everything"])
def test_a_reload_that_finds_nothing_named_keeps_what_is_served(
    settle: Settle, artifacts: Path, gone: str
) -> None:
    version = (artifacts / "current").read_text().strip()
    with TestClient(create_app(settle())) as client:
        if gone == "current":
            (artifacts / "current").unlink()
        else:
            emptied(artifacts)
        refused = client.post("/admin/reload", json={})
        assert refused.status_code == 409
        assert "current" in refused.json()["detail"]
        assert client.get("/timeline/1").json()["model_version"] == version


def test_a_fresh_installation_names_every_model_that_is_missing(
    tiny_data: Path, tmp_path: Path
) -> None:
    settings = Settings(artifacts=tmp_path / "none", data_dir=tiny_data, log=tmp_path / "log.db")
    for _ in range(2):  # it stays one, however often it starts
        with TestClient(create_app(settings)) as client:
            page = client.get("/timeline/1").json()
        assert page["served_by"] == "heuristic"
        assert page["missing"] == ["bundle", "TwoTower", "HeavyRanker", "nsfw", "toxicity"]


def test_a_fresh_installation_hides_what_is_declared_unsafe(
    tiny_data: Path, tmp_path: Path
) -> None:
    data = Path(shutil.copytree(tiny_data, tmp_path / "data"))
    tweets = pl.read_parquet(data / "tweets.parquet")
    row = pl.int_range(pl.len())
    label = {"nsfw": (row % 3 == 1).cast(pl.Int8), "toxic": (row % 3 == 2).cast(pl.Int8)}
    tweets.with_columns(**label).write_parquet(data / "tweets.parquet")
    harmless = set(tweets["tweet_id"].cast(pl.String).to_list()[::3])
    settings = Settings(artifacts=tmp_path / "none", data_dir=data, log=tmp_path / "log.db")
    with TestClient(create_app(settings)) as client:
        for path in ("1", "1?product=following", "nobody-yet", "2"):
            url = f"/timeline/{path}{'&' if '?' in path else '?'}limit=100"
            items = client.get(url).json()["items"]
            assert items
            assert {item["tweet_id"] for item in items} <= harmless
