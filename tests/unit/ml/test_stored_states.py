"""A stored state is whole and as it was written, or it is refused with one sentence."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ml import bundle
from ml.bundle import disk
from ml.errors import BundleError
from ml.state.feature_state import FeatureState
from ml.state.storage import snapshot
from ml.state.storage.state_diff import differences

NAME = "0123abcd"


@pytest.fixture
def folder(tiny_state: FeatureState, tmp_path: Path) -> Path:
    bundle.write_state(tmp_path / "state", NAME, tiny_state, tmp_path, "tables", b"chain")
    return tmp_path / "state"


def flip(path: Path, place: float, bit: int = 0) -> None:
    raw = bytearray(path.read_bytes())
    raw[int(place * len(raw))] ^= 1 << bit
    path.write_bytes(raw)


@pytest.mark.parametrize(
    "name", ["users.parquet", "tweets.parquet", "state.safetensors", "waiting.json"]
)
@pytest.mark.parametrize("place", [0.0, 0.3, 0.6, 0.99])
def test_a_changed_bit_of_a_file_is_named(folder: Path, name: str, place: float) -> None:
    flip(folder / NAME / name, place)
    with pytest.raises(BundleError, match=rf"{name} is not the file that was written.*train again"):
        snapshot.load(folder / NAME)


@pytest.mark.parametrize("field", ["newest", "offset", "fingerprint", "source", "chain", "files"])
def test_a_changed_fact_about_a_state_is_refused(folder: Path, field: str) -> None:
    path = folder / NAME / snapshot.ABOUT
    about = json.loads(path.read_text())
    about[field] = 7
    path.write_text(json.dumps(about))
    with pytest.raises(BundleError, match=r"state\.json does not match its own checksum"):
        snapshot.about(folder / NAME)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / NAME / "waiting.json").unlink()
    with pytest.raises(BundleError, match=r"waiting\.json is missing; train again"):
        snapshot.load(folder / NAME)


def test_what_was_not_changed_is_read(folder: Path, tiny_state: FeatureState) -> None:
    assert differences(snapshot.load(folder / NAME), tiny_state) == []
    assert snapshot.about(folder / NAME)["chain"] == b"chain".hex()


def test_a_state_killed_between_its_two_renames_is_recovered(
    folder: Path, tiny_state: FeatureState, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """As by kill -9: nothing is tidied."""

    rename = Path.rename

    def killed(path: Path, target: Path) -> Path:
        if path.name.startswith(".aside"):
            raise Killed
        return rename(path, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", killed)
        with pytest.raises(Killed):
            bundle.write_state(folder, NAME, tiny_state, folder, "tables")
    assert not (folder / NAME).exists()
    assert bundle.current(folder) == NAME
    assert differences(snapshot.load(folder / NAME), tiny_state) == []
    assert list(folder.glob(".old.*")) == []


def test_a_replaced_state_leaves_nothing_to_recover(folder: Path, tiny_state: FeatureState) -> None:
    """Killed just before the replaced one was removed."""
    shutil.copytree(folder / NAME, folder / f".old.{NAME}")
    bundle.write_state(folder, NAME, tiny_state, folder, "newer")
    assert bundle.current(folder) == NAME
    assert snapshot.about(folder / NAME)["fingerprint"] == "newer"


def test_a_writer_in_the_middle_of_its_renames_is_waited_for(folder: Path) -> None:
    """Who reads meanwhile must not take the old one for the only one."""
    (folder / NAME).rename(folder / f".old.{NAME}")
    with disk.replacing(folder):
        assert not disk.recover(folder, NAME, wait=False)
    assert disk.recover(folder, NAME)
    assert (folder / NAME / snapshot.ABOUT).is_file()
