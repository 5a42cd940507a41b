"""A background loop survives any Exception, counts it, and recovers by itself."""

from __future__ import annotations

import asyncio
import os
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.serving.service import Service
from app.serving.supervised_loop import SupervisedLoop
from ml.event_log.sqlite import SqliteLog
from ml.state.updates.apply_records import AppliedRecords
from tests.unit.app.conftest import World


@contextmanager
def no_more_files() -> Iterator[None]:
    """This process may open no further file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir("/proc/self/fd")) // 2, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def soon(happens: Callable[[], bool]) -> bool:
    until = time.monotonic() + 20
    while not happens() and time.monotonic() < until:
        time.sleep(0.02)
    return happens()


def test_the_watch_outlives_a_process_without_free_file_descriptors(
    world: World, tmp_path: Path
) -> None:
    engine = world.tweet("b").engine()
    engine.settings.artifacts.mkdir(exist_ok=True)
    (engine.settings.artifacts / "current").write_text("")
    (engine.settings.artifacts / "current").unlink()
    service = Service(engine, SqliteLog(tmp_path / "events.db"))
    with TestClient(create_app(service=service)) as client:

        def state() -> object:
            return client.get("/readyz").json().get("status")

        assert state() == "ready"
        assert client.get("/timeline/a").status_code == 200  # loads its kernels
        assert soon(lambda: service.tail is not None and service.tail.offset > 0)  # it is applied
        (engine.settings.artifacts / "current").write_text("heuristic")
        with no_more_files():
            assert soon(lambda: state() == "degraded")
            assert "bundle_watch" in client.get("/readyz").json()["degraded"]
            assert client.get("/timeline/a").status_code == 200
        assert soon(lambda: state() == "ready")
        counted = client.get("/metrics").text
        assert 'foryou_loop_failures_total{loop="bundle_watch"}' in counted


def test_the_tail_outlives_whatever_its_followers_raise(world: World, tmp_path: Path) -> None:
    """What they did not follow up is given to them again, before anything else."""
    engine = world.tweet("b").engine()
    log = SqliteLog(tmp_path / "events.db")
    service = Service(engine, log)
    assert service.tail is not None
    follow_up, given, broken = service.tail._react, [], True

    def fail_first(applied: AppliedRecords) -> None:
        given.append(applied.tweets.tolist())
        if broken:
            raise MemoryError("no room for vectors")
        follow_up(applied)

    service.tail._react = fail_first
    with TestClient(create_app(service=service)) as client:
        client.put("/tweets/new", json={"author_id": "b", "text": "hello"})
        assert soon(lambda: client.get("/readyz").status_code == 503)
        assert "no room for vectors" in client.get("/readyz").json()["detail"]
        broken = False
        assert soon(lambda: client.get("/readyz").status_code == 200)
        offset = client.put("/tweets/newer", json={"author_id": "b", "text": "hi"}).json()
        shown = client.get("/timeline/a", params={"after_offset": offset["offset"]}).json()
        assert {"new", "newer"} <= {item["tweet_id"] for item in shown["items"]}
    assert given[0] == given[-2] == [1]
    assert given[-1] == [2]


def test_a_state_that_was_half_changed_is_built_anew_from_the_log(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = world.tweet("b").engine()
    service = Service(engine, SqliteLog(tmp_path / "events.db"))
    broken = True
    mark = type(engine.state).erase_profile

    def fail(*given: object) -> None:
        if broken:
            raise MemoryError("no room")
        mark(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(type(engine.state), "erase_profile", fail)
    with TestClient(create_app(service=service)) as client:
        client.put("/tweets/new", json={"author_id": "b", "text": "hello"})
        client.delete("/users/c")
        assert soon(lambda: client.get("/readyz").status_code == 503)
        broken = False
        assert soon(lambda: client.get("/readyz").status_code == 200)
        assert service.engine.state is not engine.state
        shown = client.get("/timeline/a", params={"after_offset": 2}).json()
        assert "new" in {item["tweet_id"] for item in shown["items"]}
        assert client.get("/users/c").status_code == 404
        assert "new" not in {i["tweet_id"] for i in client.get("/timeline/a").json()["items"]}


def test_a_loop_goes_on_after_any_exception_and_waits_longer_each_time() -> None:
    errors: list[Exception] = [OSError(24, "files"), ValueError("?"), KeyError("k"), MemoryError()]
    problems: list[str | None] = []
    counted: list[str] = []
    waited: list[float] = []

    async def step() -> None:
        problems.append(loop.problem)
        if errors:
            raise errors.pop(0)
        raise asyncio.CancelledError

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    loop = SupervisedLoop("it", step, every=0, first_retry=1, longest_retry=3, sleep=sleep)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(loop.run(counted.append))
    assert counted == ["it"] * 4
    assert waited == [0, 1, 2, 3, 3]
    assert problems[0] is None
    assert all(problems[1:])
