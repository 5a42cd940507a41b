"""Waiting for a write: what is on its way is waited for, what was never written is not."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from app.api import read_your_writes
from app.errors import BehindError, ConflictError
from app.serving.service import Service
from ml.event_log.record import Entry, Kind
from ml.event_log.sqlite import SqliteLog
from tests.unit.app.conftest import World


def test_only_an_offset_of_the_log_is_waited_for(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_your_writes, "TIMEOUT_SECONDS", 0.01)
    log = SqliteLog(tmp_path / "events.db")
    service = Service(world.tweet("b").engine(), log)  # it is not started, so it follows nothing
    end = log.append([Entry("e", Kind.DELETE_USER, 0, "a", {"user_id": "a"})]).offset

    with pytest.raises(BehindError, match=f"not yet of {end}"):
        asyncio.run(read_your_writes.reached(service, end))
    with pytest.raises(ConflictError, match=f"ends at offset {end}"):
        asyncio.run(read_your_writes.reached(service, end + 1))

    log.close()
    with pytest.raises(BehindError, match="cannot be looked up"):
        asyncio.run(read_your_writes.reached(service, end + 1))
