"""A bundle that does not agree with this code, or with itself, is refused by name."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest

import ml.features
from ml import bundle
from ml.bundle import probe
from ml.errors import BundleError
from ml.features import tweet
from ml.features.numbers import Tweet
from ml.kernels import inline_kernel


@inline_kernel
def tweet_text_length(x: Tweet) -> float:
    """Another definition of a feature."""
    return x.text_length * 1.001


@pytest.fixture
def artifacts(tiny_artifacts: Path, tmp_path: Path) -> Path:
    """A copy that may be damaged."""
    return Path(shutil.copytree(tiny_artifacts, tmp_path / "artifacts"))


def current(artifacts: Path) -> Path:
    return artifacts / (artifacts / "current").read_text().strip()


def edit_manifest(artifacts: Path, **changes: object) -> None:
    path = current(artifacts) / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_a_sound_bundle_loads(artifacts: Path) -> None:
    loaded = bundle.load(artifacts)
    assert loaded is not None
    assert loaded.manifest.features == list(ml.features.NAMES)


def test_a_changed_feature_is_refused_by_name(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = tuple(
        tweet_text_length if feature is tweet.tweet_text_length else feature
        for feature in ml.features.FEATURES
    )
    monkeypatch.setattr(ml.features, "FEATURES", changed)
    with pytest.raises(BundleError, match=r"feature 'tweet_text_length'.*retrain"):
        bundle.load(artifacts)


def test_a_changed_weight_is_refused_by_file(artifacts: Path) -> None:
    path = current(artifacts) / "heavy_ranker.safetensors"
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(bytes(raw))
    with pytest.raises(BundleError, match=r"heavy_ranker\.safetensors.*sha256.*retrain"):
        bundle.load(artifacts)


def test_a_missing_file_is_named(artifacts: Path) -> None:
    (current(artifacts) / "two_tower.safetensors").unlink()
    with pytest.raises(BundleError, match=r"two_tower\.safetensors is missing"):
        bundle.load(artifacts)


def test_other_features_are_named(artifacts: Path) -> None:
    edit_manifest(artifacts, features=[*ml.features.NAMES[1:], "shoe_size"])
    with pytest.raises(BundleError, match=rf"new: {ml.features.NAMES[0]}; gone: shoe_size"):
        bundle.load(artifacts)


@pytest.mark.parametrize("content", ["", "[]", '{"format": 99}'])
def test_a_manifest_of_another_kind_is_refused(artifacts: Path, content: str) -> None:
    (current(artifacts) / "manifest.json").write_text(content)
    with pytest.raises(BundleError, match="retrain"):
        bundle.load(artifacts)


def test_a_damaged_state_is_refused(artifacts: Path) -> None:
    (state,) = (artifacts / "state").glob("*/state.safetensors")
    state.write_bytes(state.read_bytes()[:1000])
    with pytest.raises(BundleError, match="train again"):
        bundle.load_state(artifacts)


def test_nothing_published_is_no_error(tmp_path: Path) -> None:
    assert bundle.load(tmp_path) is None
    assert bundle.load_state(tmp_path) is None


def test_promoting_what_is_not_there_is_refused(artifacts: Path) -> None:
    with pytest.raises(BundleError, match="no bundle 'nonsense'"):
        bundle.promote(artifacts, "nonsense")


def test_a_bundle_made_before_a_column_was_declared_still_loads(
    artifacts: Path, tiny_bundle: bundle.Bundle
) -> None:
    path = current(artifacts) / "probe_tweets.parquet"
    pl.read_parquet(path).drop("visibility", "mentions").write_parquet(path)
    probe.verify(tiny_bundle.models, path.parent)
