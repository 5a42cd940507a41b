"""Who waits for an offset is told when it comes, or that it does not."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.serving.tail import Tail
from ml.event_log.sqlite import SqliteLog
from ml.state.feature_state import FeatureState
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users


@pytest.fixture
def tail(tmp_path: Path) -> Iterator[Tail]:
    with closing(SqliteLog(tmp_path / "events.db")) as log:
        yield Tail(log, FeatureState(Users(), Tweets()), lambda taken: None)


def test_what_does_not_come_is_not_waited_for_for_ever(tail: Tail) -> None:
    assert not asyncio.run(tail.reached(1, 0.01))
    assert asyncio.run(tail.reached(0, 0.01))


def test_what_comes_at_the_last_moment_has_come(tail: Tail) -> None:
    async def come() -> bool:
        waiting = asyncio.create_task(tail.reached(1, 0))
        await asyncio.sleep(0)  # it waits
        await asyncio.sleep(0)  # its time is over, and it has not heard of that
        tail._state.advance(1, 0)
        tail._notify()
        return await waiting

    assert asyncio.run(come())
