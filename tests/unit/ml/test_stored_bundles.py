"""A bundle's folder is named after its manifest's hash, and the manifest names its files'."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ml import bundle
from ml.errors import BundleError


@pytest.fixture
def artifacts(tiny_artifacts: Path, tmp_path: Path) -> Path:
    version = bundle.current(tiny_artifacts)
    assert version is not None
    shutil.copytree(tiny_artifacts / version, tmp_path / version)
    shutil.copy(tiny_artifacts / "current", tmp_path)
    return tmp_path


def test_a_manifest_that_was_edited_is_refused(artifacts: Path) -> None:
    path = artifacts / str(bundle.current(artifacts)) / "manifest.json"
    text = path.read_text()
    path.write_text(text.replace('"as_of": 1', '"as_of": 2'))
    assert path.read_text() != text
    with pytest.raises(BundleError, match=r"manifest\.json .* hash .* name of its folder"):
        bundle.load(artifacts)


def test_a_bundle_in_a_folder_of_another_name_is_refused(artifacts: Path) -> None:
    (artifacts / str(bundle.current(artifacts))).rename(artifacts / "0123456789ab")
    with pytest.raises(BundleError, match=r"hash .* name of its folder"):
        bundle.load(artifacts, "0123456789ab")


def test_a_bundle_killed_between_its_two_renames_is_recovered(artifacts: Path) -> None:
    version = str(bundle.current(artifacts))
    (artifacts / version).rename(artifacts / f".old.{version}")
    loaded = bundle.load(artifacts, version)
    assert loaded is not None
    assert loaded.version == version
