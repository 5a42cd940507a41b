"""Another bundle is served without a restart, and a bad one is not."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from ml import bundle


@pytest.fixture
def artifacts(two: tuple[Path, str, str], tmp_path: Path) -> Path:
    return Path(shutil.copytree(two[0], tmp_path / "artifacts"))


@pytest.fixture
def client(artifacts: Path) -> Iterator[TestClient]:
    settings = Settings(artifacts=artifacts, log_level="error")
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


def serving(client: TestClient) -> str:
    version: str = client.get("/timeline/1").json()["model_version"]
    return version


def soon(happens: Callable[[], bool]) -> bool:
    until = time.monotonic() + 20
    while not happens() and time.monotonic() < until:
        time.sleep(0.05)
    return happens()


def test_what_is_promoted_is_served_soon_and_can_be_taken_back(
    client: TestClient, artifacts: Path, two: tuple[Path, str, str]
) -> None:
    _, first, second = two
    assert serving(client) == first
    bundle.promote(artifacts, second)
    assert soon(lambda: serving(client) == second)
    assert client.post("/admin/rollback", json={}).json() == {"model_version": first}
    assert serving(client) == first
    assert bundle.current(artifacts) == first


def test_a_damaged_bundle_is_refused_and_the_old_one_stays(
    client: TestClient, artifacts: Path, two: tuple[Path, str, str]
) -> None:
    _, first, second = two
    (artifacts / second / "heavy_ranker.safetensors").write_bytes(b"no weights")
    bundle.promote(artifacts, second)
    answer = client.post("/admin/reload", json={})
    assert answer.status_code == 409
    assert "heavy_ranker.safetensors" in answer.json()["detail"]
    assert serving(client) == first


def test_a_pointer_that_is_damaged_does_not_end_the_watch(
    client: TestClient, artifacts: Path, two: tuple[Path, str, str]
) -> None:
    _, first, second = two
    (artifacts / "current").write_text("")
    time.sleep(1.5)  # the watch looks every second
    assert client.get("/readyz").status_code == 200
    assert serving(client) == first
    (artifacts / "current").write_text(second)
    assert soon(lambda: serving(client) == second)


def test_a_bundle_that_is_named_is_served_whatever_is_current(
    artifacts: Path, two: tuple[Path, str, str]
) -> None:
    _, first, second = two
    settings = Settings(artifacts=artifacts, bundle=second, log_level="error")
    with TestClient(create_app(settings)) as client:
        assert serving(client) == second
        assert client.post("/admin/reload", json={}).json() == {"model_version": second}
        refused = client.post("/admin/rollback", json={})
        assert refused.status_code == 409
        assert "FORYOU_BUNDLE" in refused.json()["detail"]
        assert bundle.current(artifacts) == first
