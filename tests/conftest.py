"""A tiny world, planted and trained on once per run: small, and real."""

from __future__ import annotations

import os
import pickle
import shutil
from pathlib import Path
from typing import Any

# Before numba is imported: every process of every test uses what one of them compiled.
os.environ.setdefault("FORYOU_KERNELS", str(Path(__file__).parents[1] / ".kernels"))

import numpy as np
import pytest
from hypothesis import settings

from app.serving.engine import Engine, build_engine
from app.serving.warm_up import warm_up
from app.settings import Settings
from datagen.__main__ import main as plant
from evaluation.offline import dataset
from evaluation.offline.dataset import Dataset
from evaluation.offline.evaluate import Findings, evaluate
from evaluation.report import document
from ml import bundle, threads
from ml.bundle import Bundle
from ml.dataset import tables as tables_on_disk
from ml.dataset.tables import Tables
from ml.state.events import Events
from ml.state.feature_state import FeatureState
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users
from ml.state.updates import tables_to_events
from ml.training import train
from ml.training.options import TrainingOptions
from tests.made_once import copied, made_once

pytest_plugins = ["tests.postgres"]

threads.use_one()

# The same examples in every run; `HYPOTHESIS_PROFILE=search` draws new ones.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("search", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One process trains for the first module that needs it, while the other begins with those that
    need no training."""
    modules: dict[str, list[pytest.Item]] = {}
    for item in items:
        modules.setdefault(item.nodeid.split("::")[0], []).append(item)
    asking = [
        name
        for name, its in modules.items()
        if any("tiny_data" in getattr(one, "fixturenames", ()) for one in its)
    ]
    order = [*asking[:1], *(name for name in modules if name not in asking), *asking[1:]]
    items[:] = [item for name in order for item in modules[name]]


@pytest.fixture(scope="session")
def tiny_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables of a hundred users."""

    def make(folder: Path) -> None:
        assert plant(["--out", str(folder), "--seed", "7", "--scale", "0.1"]) in (0, None)

    return made_once(tmp_path_factory, "world", make)


@pytest.fixture(scope="session")
def tiny_tables(tiny_data: Path) -> Tables:
    return tables_on_disk.read(tiny_data)


@pytest.fixture(scope="session")
def tiny_catalog(tiny_tables: Tables) -> tuple[Users, Tweets]:
    return tables_to_events.catalog(tiny_tables)


@pytest.fixture(scope="session")
def tiny_events(tiny_tables: Tables, tiny_catalog: tuple[Users, Tweets]) -> Events:
    return tables_to_events.events(tiny_tables, *tiny_catalog)


@pytest.fixture(scope="session")
def trained_artifacts(tiny_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What training on them published, for all processes; only to be copied."""

    def make(folder: Path) -> None:
        train.train(tiny_data, folder, TrainingOptions())
        # Compiled by one process, before several begin with it at the same time.
        warm_up(Settings(artifacts=folder, data_dir=tiny_data), bundle.load(folder))

    return made_once(tmp_path_factory, "artifacts", make)


@pytest.fixture(scope="session")
def tiny_artifacts(trained_artifacts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same for this process alone."""
    return copied(trained_artifacts, tmp_path_factory)


@pytest.fixture(scope="session")
def tiny_bundle(tiny_artifacts: Path) -> Bundle:
    loaded = bundle.load(tiny_artifacts)
    assert loaded is not None
    return loaded


@pytest.fixture(scope="session")
def tiny_state(tiny_artifacts: Path) -> FeatureState:
    """The state of all of it; treat it as read-only."""
    state = bundle.load_state(tiny_artifacts)
    assert state is not None
    return state


@pytest.fixture(scope="session")
def tiny_engine(tiny_artifacts: Path, tiny_data: Path) -> Engine:
    """All that serves them, at an instant that does not pass."""
    settings = Settings(artifacts=tiny_artifacts, data_dir=tiny_data)
    return build_engine(settings, wall=lambda: 4e9)


@pytest.fixture(scope="session")
def two(
    trained_artifacts: Path, tiny_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str, str]:
    """Artifacts with two bundles, of which the first is the current one."""

    def make(folder: Path) -> None:
        shutil.copytree(trained_artifacts, folder, dirs_exist_ok=True)
        train.train(tiny_data, folder, TrainingOptions(seed=8))

    folder = copied(made_once(tmp_path_factory, "two", make), tmp_path_factory)
    first, second = bundle.current(trained_artifacts), bundle.current(folder)
    assert first is not None
    assert second is not None
    assert second != first
    bundle.promote(folder, first)
    return folder, first, second


@pytest.fixture(scope="session")
def chosen_engine(tiny_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The same as if nobody had logged impressions: only what people chose is known."""

    def choose(folder: Path) -> None:
        for table in tiny_data.glob("*.parquet"):
            if table.stem != "impressions":
                shutil.copy(table, folder)

    def learn(folder: Path) -> None:
        train.train(data, folder, TrainingOptions())

    data = made_once(tmp_path_factory, "chosen", choose)
    artifacts = made_once(tmp_path_factory, "artifacts-of-chosen", learn)
    return build_engine(Settings(artifacts=artifacts), wall=lambda: 4e9)


@pytest.fixture(scope="session")
def tiny_settings(tiny_artifacts: Path, tiny_data: Path) -> Settings:
    return Settings(artifacts=tiny_artifacts, data_dir=tiny_data)


@pytest.fixture(scope="session")
def tiny_dataset(tiny_data: Path, tiny_bundle: Bundle) -> Dataset:
    return dataset.read(tiny_data, tiny_bundle)


@pytest.fixture(scope="session")
def findings(
    tiny_data: Path,
    tiny_bundle: Bundle,
    tiny_settings: Settings,
    tmp_path_factory: pytest.TempPathFactory,
) -> Findings:
    def make(folder: Path) -> None:
        found = evaluate(tiny_data, tiny_bundle, tiny_settings)
        (folder / "findings").write_bytes(pickle.dumps(found))

    made = made_once(tmp_path_factory, "found", make)
    found: Findings = pickle.loads((made / "findings").read_bytes())
    return found


@pytest.fixture(scope="session")
def report(findings: Findings) -> dict[str, Any]:
    return document.document(findings)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)
