"""Artifacts as another machine has them: fetched from a store."""

from __future__ import annotations

from pathlib import Path

from ml.bundle.mirror import pull_artifacts, push_artifacts
from ml.bundle.object_store import FolderStore


def pulled(artifacts: Path, folder: Path) -> Path:
    """The current bundle of these and its state, in a folder within the folder."""
    store, there = FolderStore(folder / "store"), folder / "there"
    assert push_artifacts(store, artifacts)
    assert pull_artifacts(store, there)
    return there
