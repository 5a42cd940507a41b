"""The tiny world, evaluated once per run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.settings import Settings
from evaluation import dataset
from evaluation.dataset import Dataset
from evaluation.evaluate import Findings, evaluate
from evaluation.report import document
from ml.bundle import Bundle


@pytest.fixture(scope="session")
def tiny_settings(tiny_artifacts: Path, tiny_data: Path) -> Settings:
    return Settings(artifacts=tiny_artifacts, data_dir=tiny_data)


@pytest.fixture(scope="session")
def tiny_dataset(tiny_data: Path, tiny_bundle: Bundle) -> Dataset:
    return dataset.read(tiny_data, tiny_bundle)


@pytest.fixture(scope="session")
def findings(tiny_data: Path, tiny_bundle: Bundle, tiny_settings: Settings) -> Findings:
    return evaluate(tiny_data, tiny_bundle, tiny_settings)


@pytest.fixture(scope="session")
def report(findings: Findings) -> dict[str, Any]:
    return document.document(findings)
