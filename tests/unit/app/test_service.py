"""What keeps a service together must not fall apart unheard."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.observability.metrics import Metrics
from app.serving import service as module
from app.serving.engine import Engine
from app.serving.service import Service
from ml.event_log import bodies
from ml.event_log.record import Entry, Kind
from ml.event_log.sqlite import SqliteLog
from tests.unit.app.conftest import World


def test_a_part_that_stops_is_told_by_readyz(world: World, tmp_path: Path) -> None:
    """An entry that nobody should have accepted cannot be taken in."""
    engine: Engine = world.tweet("b").engine()
    log = SqliteLog(tmp_path / "events.db")
    log.append([Entry("bad", Kind.EVENT, 0, "a", {"action": "adore", "user_id": "a"})])
    with TestClient(create_app(service=Service(engine, log))) as client:
        until = time.monotonic() + 5
        while (answer := client.get("/readyz")).status_code == 200 and time.monotonic() < until:
            time.sleep(0.01)
        assert answer.status_code == 503
        assert "adore" in answer.json()["detail"]
        assert client.get("/timeline/a").status_code == 200


def test_what_nobody_waits_for_is_written_before_the_end(world: World, tmp_path: Path) -> None:
    engine: Engine = world.tweet("b").engine()
    log = SqliteLog(tmp_path / "events.db")
    with TestClient(create_app(service=Service(engine, log))) as client:
        shown = client.get("/timeline/a").json()["items"]
    again = SqliteLog(tmp_path / "events.db")
    (record,) = again.read(0, 10)
    again.close()
    assert bodies.json_of(record.entry)["shown"] == [item["tweet_id"] for item in shown]


def test_a_service_without_a_log_has_nothing_to_stop(world: World) -> None:
    service = Service(world.tweet("b").engine())

    async def run() -> None:
        await service.start(Metrics())
        await service.stop()

    asyncio.run(run())


LIKE = {"action": "like", "user_id": "a", "tweet_id": "b"}


@pytest.fixture
def written(world: World, tmp_path: Path) -> Iterator[Service]:
    """A service whose state follows the log only where a test makes it."""
    service = Service(world.tweet("b").engine(), SqliteLog(tmp_path / "events.db"))
    yield service
    asyncio.run(service.stop())


def test_who_writes_much_waits_for_a_state_that_is_far_behind(
    written: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BEHIND_RECORDS", 2)
    monkeypatch.setattr(module, "BEHIND_SECONDS", 60)
    tail = written.tail
    assert tail is not None

    async def run() -> None:
        for count in (2, 3):
            entries = [Entry(f"{count}{n}", Kind.EVENT, n, "a", LIKE) for n in range(count)]
            assert (await written.append(entries)).offset == written.appended
            waiting = asyncio.create_task(written.caught_up())
            await asyncio.sleep(0.01)
            assert waiting.done() == (count == 2)  # as many may be behind
            await tail.step()
            await waiting

    asyncio.run(run())


def test_nobody_waits_for_ever_for_a_state_that_does_not_follow(
    written: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BEHIND_RECORDS", 0)
    monkeypatch.setattr(module, "BEHIND_SECONDS", 0.01)

    async def run() -> None:
        await written.append([Entry("e", Kind.EVENT, 1, "a", LIKE)])
        await written.caught_up()

    asyncio.run(run())
    assert written.tail is not None
    assert written.tail.offset == 0
