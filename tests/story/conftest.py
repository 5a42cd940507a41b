"""The service, as its callers meet it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.serving.engine import Engine
from app.settings import Settings
from ml import bundle
from ml.training import train
from ml.training.options import TrainingOptions
from tests.made_once import copied, made_once


@pytest.fixture(scope="session")
def client(tiny_engine: Engine) -> Iterator[TestClient]:
    app = create_app(tiny_engine.settings, tiny_engine)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def live(tiny_artifacts: Path, tiny_data: Path, tmp_path: Path) -> Iterator[TestClient]:
    """A service of its own, which listens."""
    settings = Settings(
        artifacts=tiny_artifacts, data_dir=tiny_data, log=tmp_path / "events.db", log_level="error"
    )
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def reader(tiny_engine: Engine) -> str:
    """The id of somebody busy, who follows people."""
    state = tiny_engine.state
    return state.users.ids.id(int(state.history.written.argmax()))


@pytest.fixture(scope="session")
def two(
    tiny_artifacts: Path, tiny_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str, str]:
    """Artifacts with two bundles, of which the first is the current one."""

    def make(folder: Path) -> None:
        shutil.copytree(tiny_artifacts, folder, dirs_exist_ok=True)
        train.train(tiny_data, folder, TrainingOptions(seed=8))

    folder = copied(made_once(tmp_path_factory, "two", make), tmp_path_factory)
    first, second = bundle.current(tiny_artifacts), bundle.current(folder)
    assert first is not None
    assert second is not None
    assert second != first
    bundle.promote(folder, first)
    return folder, first, second
