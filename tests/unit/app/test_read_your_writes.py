"""Waiting for a write that does not come in time."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from app.api import read_your_writes
from app.errors import BehindError
from app.serving.service import Service
from ml.event_log.record import Entry, Kind
from ml.event_log.sqlite import SqliteLog
from tests.unit.app.conftest import World


def test_an_offset_is_not_waited_for_without_end(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_your_writes, "TIMEOUT_SECONDS", 0.01)
    log = SqliteLog(tmp_path / "events.db")
    service = Service(world.tweet("b").engine(), log)  # it is not started, so it follows nothing
    end = log.append([Entry("e", Kind.DELETE_USER, 0, "a", {"user_id": "a"})]).offset

    for offset in (end, end + 1):  # the second may be on its way in another process
        with pytest.raises(BehindError, match=f"not yet of {offset}"):
            asyncio.run(read_your_writes.reached(service, offset))
    asyncio.run(service.stop())
