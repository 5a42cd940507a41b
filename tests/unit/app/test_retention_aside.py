"""Requests are answered while the memory is cleaned up."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import numpy as np
import pytest

from app.serving import retention
from app.serving.just_served import JustServed
from app.serving.service import Service
from ml.event_log.sqlite import SqliteLog
from ml.state.updates.retention import retain
from tests.unit.app.conftest import World


def test_requests_are_answered_while_the_retention_is_applied(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for hours in (1, 2, 500, 600):
        world.tweet("b", hours_ago=hours)
    engine = world.engine(retention_hours=100, fresh_at_least=1)
    begun, go_on = threading.Event(), threading.Event()

    def slow(*given: object) -> object:
        begun.set()
        assert go_on.wait(20)
        return retain(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(retention, "retain", slow)
    service = Service(engine, SqliteLog(tmp_path / "events.db"))

    async def run() -> None:
        assert service.tail is not None
        cleaning = asyncio.create_task(retention.forget(lambda: engine, service.tail.paused))
        await asyncio.to_thread(begun.wait, 20)
        assert len(engine.state.tweets) == 4  # the loop turns, and all is as it was
        engine.products["for_you"].run(engine.hydrate.query("a", 10))
        go_on.set()
        await cleaning
        assert len(engine.state.tweets) == len(engine.encoder.tweets.nsfw) == 2
        await service.stop()

    asyncio.run(run())


def test_what_was_just_served_is_known_by_its_new_row_too() -> None:
    served = JustServed()
    served.add(1, np.array([4, 0, 2], np.int32), 10, "abc")
    served.renumber(np.array([-1, 0, 1, -1, 2], np.int32))
    served.add(1, np.array([0], np.int32), 11, "d")
    assert [page.tolist() for page in served.since(1, 0)] == [[2, 1], [0]]
    assert [page.tolist() for page in served.since(1, 11)] == [[0]]
    assert [served.source(1, tweet) for tweet in range(4)] == ["d", "c", "a", None]
    served.renumber(np.array([0, 1, 2], np.int32))
    assert [page.tolist() for page in served.since(1, 0)] == [[], [0]]
