"""A folder and S3 keep the same promises, and machines find in both what others published."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from app.serving.shared_artifacts import push, share_snapshot
from app.serving.snapshots import Snapshots
from app.settings import Settings
from ml.bundle import load_state, state_source, training_source
from ml.bundle.disk import CURRENT, current, point
from ml.bundle.mirror import Mirror, open_store, pull_artifacts, push_artifacts
from ml.bundle.object_store import ObjectStore
from ml.bundle.states import write_state
from ml.bundle.training_source import TrainingSource
from ml.errors import BundleError
from ml.state.storage import snapshot
from ml.state.storage.state_diff import differences


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """The URL of a server that speaks S3."""
    server = pytest.importorskip("moto.server", reason="moto is not installed here")
    running = server.ThreadedMotoServer(port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture(params=["folder", "s3"])
def location(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    if request.param == "folder":
        return str(tmp_path / "store")
    from urllib.request import Request, urlopen

    endpoint = request.getfixturevalue("s3")
    for name, value in {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ALLOW_HTTP": "true",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "anybody",
        "AWS_SECRET_ACCESS_KEY": "anything",
    }.items():
        monkeypatch.setenv(name, value)
    bucket = f"b{abs(hash(tmp_path))}"
    urlopen(Request(f"{endpoint}/{bucket}", method="PUT")).close()
    return f"s3://{bucket}/feed"


@pytest.fixture
def store(location: str) -> ObjectStore:
    return open_store(location)


def publish(folder: Path, name: str, **files: str) -> None:
    (folder / name).mkdir(parents=True)
    for file, text in files.items():
        (folder / name / file).write_text(text)
    point(folder, name)


def test_what_is_written_is_read(store: ObjectStore) -> None:
    assert store.read("a/b") is None
    store.write("a/b", b"one")
    store.write("a/b", b"two")
    store.write("a/c", b"")
    store.write("other", b"x")
    found = store.read("a/b")
    assert found is not None
    assert found.data == b"two"
    assert store.names("a/") == ["a/b", "a/c"]
    store.delete("a/c")
    assert store.names("") == ["a/b", "other"]


def test_a_pointer_is_moved_only_from_where_it_was(store: ObjectStore) -> None:
    assert store.swap("current", b"one", None)
    assert not store.swap("current", b"two", None)
    one = store.read("current")
    assert one is not None
    assert store.swap("current", b"two", one.tag)
    assert not store.swap("current", b"three", one.tag)
    two = store.read("current")
    assert two is not None
    assert two.data == b"two"


def test_of_all_who_move_a_pointer_at_once_one_does(store: ObjectStore) -> None:
    store.write("current", b"before")
    before = store.read("current")
    assert before is not None
    with ThreadPoolExecutor(8) as pool:
        moved = list(pool.map(lambda n: store.swap("current", b"%d" % n, before.tag), range(8)))
    assert sum(moved) == 1


def test_another_machine_finds_what_was_pushed(location: str, tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    publish(here / "state", "tables1", about="of one")
    publish(here, "bundle1", manifest="one", weights="w")
    assert not pull_artifacts(open_store(location), there)
    assert push_artifacts(open_store(location), here) == "bundle1"
    assert pull_artifacts(open_store(location), there)
    assert current(there) == "bundle1"
    assert current(there / "state") == "tables1"
    assert (there / "bundle1" / "weights").read_text() == "w"
    assert not pull_artifacts(open_store(location), there)
    publish(here, "bundle2", manifest="two")
    push_artifacts(open_store(location), here)
    assert pull_artifacts(open_store(location), there)
    assert current(there) == "bundle2"
    point(here, "bundle1")  # a rollback
    push_artifacts(open_store(location), here)
    assert pull_artifacts(open_store(location), there)
    assert current(there) == "bundle1"


def test_no_path_of_this_machine_leaves_it(
    location: str, tiny_artifacts: Path, tiny_data: Path, tmp_path: Path
) -> None:
    """Another machine may have a folder of that name, which holds something else."""
    store, there = open_store(location), tmp_path / "there"
    version = push_artifacts(store, tiny_artifacts)
    assert version is not None
    pushed = [store.read(name) for name in store.names("")]
    assert not any(str(tiny_data).encode() in found.data for found in pushed if found is not None)
    assert pull_artifacts(store, there)
    ours, theirs = (training_source.read(one / version) for one in (tiny_artifacts, there))
    assert ours is not None
    assert theirs == replace(ours, folder=None)
    state = load_state(there)
    assert state is not None
    assert state_source(there) is None
    assert training_source.of_state(there) == TrainingSource(None, ours.fingerprint, {})
    write_state(there / "log.state", "1", state, state_source(there), ours.fingerprint)
    assert not differences(state, snapshot.load(there / "log.state" / "1"))


def damage(path: Path, how: str) -> None:
    """Change a file as a disk, or somebody with an editor, does."""
    content = json.loads(path.read_text())
    if how == "another checksum":  # as of one flipped bit
        first, rest = content["fingerprint"][0], content["fingerprint"][1:]
        content["fingerprint"] = chr(ord(first) ^ 1) + rest
    elif how == "no fingerprint":
        del content["fingerprint"]
    text = {"no JSON": b"{", "no UTF-8": b"\xff", "a list": b"[]"}
    path.write_bytes(text.get(how) or json.dumps(content).encode())


@pytest.mark.parametrize(
    "how", ["another checksum", "no fingerprint", "no JSON", "no UTF-8", "a list"]
)
@pytest.mark.parametrize("name", [snapshot.ABOUT, training_source.FILE])
def test_a_damaged_file_is_not_pushed_as_a_whole_one(
    trained_artifacts: Path, tmp_path: Path, name: str, how: str
) -> None:
    """It gets a checksum anew, without the folder: nobody could see then that it was changed."""
    here = Path(shutil.copytree(trained_artifacts, tmp_path / "here"))
    settings = Settings(artifacts=here, log=here / "events.db", store=str(tmp_path / "store"))
    (path,) = here.glob(f"*/{name}") if name == training_source.FILE else here.glob(f"*/*/{name}")
    damage(path, how)
    with pytest.raises(BundleError, match=name if name == training_source.FILE else "state"):
        push(settings)
    assert not (tmp_path / "store" / CURRENT).exists()
    assert not list((tmp_path / "store").rglob(name))


def test_a_damaged_snapshot_is_not_shared(trained_artifacts: Path, tmp_path: Path) -> None:
    settings = Settings(
        artifacts=trained_artifacts, log=tmp_path / "events.db", store=str(tmp_path / "store")
    )
    state = load_state(trained_artifacts)
    assert state is not None
    folder = Snapshots.of(settings.log_file).folder
    write_state(folder, "1", state, trained_artifacts, "tables")
    damage(folder / "1" / snapshot.ABOUT, "another checksum")
    with pytest.raises(BundleError, match="does not match its own checksum"):
        share_snapshot(settings)
    assert not list((tmp_path / "store").rglob("*.json"))


def test_a_push_that_is_cut_short_is_seen_by_nobody(
    store: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    publish(here, "bundle1", manifest="one", weights="w")
    Mirror(store, here).push()
    publish(here, "bundle2", manifest="two", weights="w")
    with monkeypatch.context() as cut:
        cut.setattr(type(store), "swap", lambda *_: False)
        with pytest.raises(BundleError, match="another was published while bundle2"):
            Mirror(store, here).push()
    assert Mirror(store, there).pull()
    assert current(there) == "bundle1"


def test_older_states_leave_the_store(store: ObjectStore, tmp_path: Path) -> None:
    for number in (1, 2, 3):
        publish(tmp_path / "here", f"00{number}", about="x")
        Mirror(store, tmp_path / "here", "log/").push(older=1)
    assert store.names("log/") == ["log/002/about", "log/003/about", f"log/{CURRENT}"]


def test_a_store_that_is_away_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("obstore", reason="obstore is not installed here")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "anybody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "anything")
    with pytest.raises(BundleError, match="the store s3://nowhere/x"):
        open_store("s3://nowhere/x").read("current")
