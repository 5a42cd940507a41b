"""Somebody asks how the feed fared when it was last simulated."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from evaluation.__main__ import main


@pytest.fixture
def artifacts(tiny_artifacts: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_artifacts, tmp_path / "artifacts"))


def test_the_last_simulation_is_that_of_the_command(
    artifacts: Path, tiny_data: Path, tmp_path: Path
) -> None:
    settings = Settings(artifacts=artifacts, data_dir=tiny_data, log=tmp_path / "events.db")
    with TestClient(create_app(settings)) as client:
        assert client.get("/simulation").json() == {
            "ended_at": None,
            "bundle": None,
            "people": None,
            "days": None,
            "policies": [],
        }
        asked = ["--data", str(tiny_data), "--artifacts", str(artifacts), "--policy", "for_you"]
        lasting = ["--users", "4", "--days", "0.2", "--workers", "1"]
        assert main(["simulate", *asked, *lasting], wall=lambda: 1_772_193_600.5) == 0
        found = client.get("/simulation").json()
        serving = client.get("/readyz").json()["model_version"]
    assert (found["bundle"], found["days"]) == (serving, 0.2)
    assert found["ended_at"] == "2026-02-27T12:00:00Z"  # whenever its file was copied
    (policy,) = found["policies"]
    assert policy["policy"] == "for_you"
    assert policy["engagements_per_session"]["value"] > 0
