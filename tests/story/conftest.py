"""The service, as its callers meet it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.serving.engine import Engine
from app.serving.warm_up import warm_up
from app.settings import Settings
from ml.bundle import Bundle
from tests.opened import opened


@pytest.fixture(scope="session")
def kernels_are_ready(tiny_settings: Settings, tiny_bundle: Bundle) -> None:
    """Every kernel is compiled in this process, or loaded from disk, as at the start of a service;
    who uses `tests.opened` asks for it."""
    warm_up(tiny_settings, tiny_bundle)


@pytest.fixture(scope="session")
def client(tiny_engine: Engine) -> Iterator[TestClient]:
    app = create_app(tiny_engine.settings, tiny_engine)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def live(
    kernels_are_ready: None, tiny_artifacts: Path, tiny_data: Path, tmp_path: Path
) -> Iterator[TestClient]:
    """A service of its own, which listens."""
    settings = Settings(
        artifacts=tiny_artifacts, data_dir=tiny_data, log=tmp_path / "events.db", log_level="error"
    )
    with opened(settings, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def reader(tiny_engine: Engine) -> str:
    """The id of somebody busy, who follows people."""
    state = tiny_engine.state
    return state.users.ids.id(int(state.history.written.argmax()))
