"""What a cursor no longer leads to leaves the log, and what was served leaves the memory."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from app.errors import ExpiredCursorError
from app.serving import pagination
from app.serving.clock import Clock
from app.serving.cursor import CURSOR_SECONDS, Cursor
from app.serving.engine import Engine
from app.serving.restore_state import replay
from app.serving.retention import expire_pages, forget
from app.serving.service import Service
from ml.event_log import bodies
from ml.event_log.record import Entry, Kind
from ml.event_log.sqlite import SqliteLog
from ml.state.feature_state import FeatureState
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users
from tests.unit.app.conftest import NOW, World

HOUR = 3600
MICROS = 1_000_000


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SqliteLog]:
    with closing(SqliteLog(tmp_path / "events.db")) as log:
        yield log


@pytest.fixture
def engine(world: World) -> Engine:
    return world.join("a", 5).tweet("b").tweet("b").engine()


def at(engine: Engine, seconds: float) -> Engine:
    return replace(engine, clock=Clock("frozen", lambda: NOW + seconds))


def page(name: str, shown: tuple[str, ...], seconds: float, impressions: bool = True) -> Entry:
    pool, sources = "1", (1).to_bytes(4, "little")
    body = bodies.Served("a", shown, name, impressions=impressions, pool=pool, sources=sources)
    when = int((NOW + seconds) * MICROS)
    return Entry(f"served/{name}", Kind.SERVED, when, "a", body.to_json())


def test_a_page_expires_when_its_cursor_does(engine: Engine, log: SqliteLog) -> None:
    log.append([page("r", ("0",), 0), page("s", ("1",), 60)])
    assert asyncio.run(expire_pages(at(engine, CURSOR_SECONDS - 1), log)) == 0
    assert asyncio.run(expire_pages(at(engine, CURSOR_SECONDS + 1), log)) == 1
    assert [one.entry.kind for one in log.read(0, 9)] == [Kind.SHOWN, Kind.SERVED]


def test_a_cursor_to_an_expired_page_says_so(engine: Engine, log: SqliteLog) -> None:
    """A process whose clock is late still takes its cursor for valid."""
    service = Service(engine, log)
    assert service.signer is not None
    cursor = service.signer.seal(Cursor("r", 1, NOW + CURSOR_SECONDS))
    log.append([page("r", ("0",), 0)])
    assert asyncio.run(pagination.begun(service, "a", cursor)).position == 1
    log.expire_served((NOW + 1) * MICROS, limit=9)
    with pytest.raises(ExpiredCursorError, match="ask for the first page again"):
        asyncio.run(pagination.begun(service, "a", cursor))
    assert service.answers is not None
    asyncio.run(service.answers.close())


def put(log: SqliteLog, *entries: Entry) -> FeatureState:
    """A state of two tweets, and then of these entries."""
    rows = [{"tweet_id": name, "author_id": "b", "created_at": NOW} for name in ("0", "1")]
    log.append(
        [Entry(f"put/{row['tweet_id']}", Kind.PUT_TWEET, NOW * MICROS, "b", row) for row in rows]
    )
    log.append(entries)
    state = FeatureState(Users(), Tweets())
    replay(state, log, served_hours=24)
    return state


def test_what_was_served_is_remembered_for_the_window_and_then_only_as_seen(
    engine: Engine, log: SqliteLog
) -> None:
    state = put(log, page("r", ("0",), 0), page("s", ("1",), 2 * HOUR, impressions=False))
    viewer = state.users.ids.row("a")
    assert viewer is not None
    assert state.served_since(viewer, 0).tolist() == [0, 1]
    serving = replace(engine, state=state)
    asyncio.run(forget(lambda: at(serving, 25 * HOUR), asyncio.Lock()))
    assert state.served_since(viewer, 0).tolist() == [1]
    assert state.seen.of(viewer).tolist() == [0]
    asyncio.run(forget(lambda: at(serving, 27 * HOUR), asyncio.Lock()))
    assert len(state.served.index) == 0
    assert state.seen.of(viewer).tolist() == [0]


def test_a_start_does_not_remember_what_was_served_long_ago(log: SqliteLog) -> None:
    state = put(log, page("r", ("0",), 0), page("s", ("1",), 25 * HOUR))
    viewer = state.users.ids.row("a")
    assert viewer is not None
    assert state.served_since(viewer, 0).tolist() == [1]
    assert state.seen.of(viewer).tolist() == [0, 1]
