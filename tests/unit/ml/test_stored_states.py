"""A stored state is whole and as it was written, or it is refused with one sentence."""

from __future__ import annotations

import json
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest

from ml import bundle
from ml.actions import Action
from ml.bundle import disk
from ml.errors import BundleError
from ml.state.events import Events
from ml.state.feature_state import FeatureState
from ml.state.storage import array_file, snapshot
from ml.state.storage.state_diff import differences
from ml.state.structures.event_order import NEVER

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


def test_a_state_is_stored_without_the_room_that_it_has(
    folder: Path, tiny_state: FeatureState, tmp_path: Path
) -> None:
    arrays = array_file.load(folder / NAME / "state.safetensors")
    ties = tiny_state.tie_counts
    assert len(arrays["_counts/tie/counts/value"]) == len(ties.index) <= len(ties.counts)
    assert len(arrays["_seen/at"]) == len(tiny_state.seen.index)
    assert len(arrays["_seen/lists/data"]) == len(tiny_state.seen.index)
    again = tmp_path / "again"
    again.mkdir()
    snapshot.save(snapshot.load(folder / NAME), again, tmp_path, "tables", b"chain")
    for name in ("state.safetensors", "tweets.parquet", "users.parquet"):
        assert (again / name).read_bytes() == (folder / NAME / name).read_bytes()


def test_a_state_is_read_with_room_to_grow_by(folder: Path) -> None:
    state = snapshot.load(folder / NAME)
    register, ties, seen = state.engaged, state.tie_counts, state.seen
    for array, used, fill in (
        (register.at, len(register.index), NEVER),
        (register.note, len(register.index), -1),
        (ties.counts.value, len(ties.index), 0),
        (ties.counts.newest, len(ties.index), -np.inf),
        (seen.at, len(seen.index), NEVER),
    ):
        assert len(array) == used + used // snapshot.SPARE > used
        assert (array[used:] == fill).all()
    tweets = state.tweets
    put_at = tweets.put_at
    tweets.lengthen(len(tweets) + 1)
    assert np.shares_memory(tweets.put_at, put_at)
    assert tweets.put_at[-1] == NEVER


def test_what_is_read_goes_on_as_what_was_written(folder: Path, tiny_state: FeatureState) -> None:
    read, written = snapshot.load(folder / NAME), pickle.loads(pickle.dumps(tiny_state))
    rng, count = np.random.default_rng(7), 2_000
    user, target = (rng.integers(0, len(read.users), count).astype(np.int32) for _ in range(2))
    tweet = rng.integers(0, len(read.tweets), count).astype(np.int32)
    action = rng.choice([Action.LIKE, Action.IMPRESSION, Action.FOLLOW], count).astype(np.int8)
    tweet[action == Action.FOLLOW] = -1
    at = read.newest + rng.integers(0, 9_999, count)
    events = Events(
        action,
        user,
        tweet,
        target,
        at,
        np.full(count, np.nan, np.float32),
        np.arange(count, dtype=np.uint64),
    )
    for state in (read, written):
        for start in range(0, count, 100):
            state.apply(events[start : start + 100])
    assert differences(read, written) == []


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
