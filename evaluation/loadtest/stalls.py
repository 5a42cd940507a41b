"""The longest that the event loop stands still while a busy service cleans up behind itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final

import numpy as np

from app.serving.engine import build_engine
from app.serving.retention import forget
from app.serving.service import Service
from evaluation.loadtest.command import Given, Options
from evaluation.loadtest.slo_report import SloReport, most
from ml.event_log import bodies
from ml.event_log.open_log import open_log
from ml.event_log.record import Entry, Kind, Record
from ml.state.feature_state import FeatureState
from ml.state.updates.apply_records import apply_records

PAGE: Final = 10  # tweets in a timeline
BATCH: Final = 5_000  # timelines that are applied at once
DAYS: Final = 400  # over which they were served; the retention keeps a year
LIMIT_MS: Final = 50.0


OPTIONS: Final[Options] = {"timelines": (300_000, "that were served before")}


def measure(given: Given) -> SloReport:
    """Fill the state and the log of a service in this process, then let it clean up."""
    with TemporaryDirectory() as folder:
        settings = given.settings.model_copy(
            update={"log": Path(folder) / "events.db", "snapshot_minutes": 100_000}
        )
        log = open_log(settings.log_location)
        now = 4e9
        engine = build_engine(settings, wall=lambda: now, log=log)
        records = _timelines(engine.state, given.options.timelines, given.seed)
        for start in range(0, len(records), BATCH):
            apply_records(engine.state, records[start : start + BATCH])
        log.append([record.entry for record in records[-BATCH:]])
        service = Service(engine, log)
        stalls = asyncio.run(_stalls(service, engine.state))
        asyncio.run(service.stop())
    return SloReport(
        [most(f"longest stall during {name}", ms, LIMIT_MS, " ms") for name, ms in stalls.items()],
        {"timelines": given.options.timelines, "longest_stall_ms": stalls},
    )


def _timelines(state: FeatureState, count: int, seed: int) -> list[Record]:
    """Served pages of random tweets to random users, oldest first."""
    rng = np.random.default_rng(seed)
    users, tweets = state.users.ids, state.tweets.ids
    who = users.ids(rng.integers(0, len(users), count).astype(np.int32))
    shown = rng.integers(0, len(tweets), (count, PAGE)).astype(np.int32)
    at = np.linspace(state.newest - DAYS * 86_400, state.newest, count) * 1e6
    records = []
    for place, (user, row, then) in enumerate(zip(who, shown, at.astype(np.int64), strict=True)):
        body = bodies.Served(user, tuple(tweets.ids(row)), f"r{place}", impressions=True)
        entry = Entry(f"served/{place}", Kind.SERVED, int(then), user, body.to_json())
        records.append(Record(state.offset + place + 1, entry))
    return records


async def _stalls(service: Service, state: FeatureState) -> dict[str, float]:
    """Milliseconds by what is done meanwhile."""
    paused, log = asyncio.Lock(), service.log
    assert log is not None
    gone = state.users.ids.id(0)
    erasure = Entry("erase", Kind.DELETE_USER, (state.newest + 1) * 10**6, gone, {"user_id": gone})

    async def leave() -> None:
        apply_records(state, [Record(state.offset + 1, erasure)])

    async def erase() -> None:
        log.append([erasure])
        await asyncio.to_thread(log.compact)

    return {
        "two seconds of nothing": await _longest(lambda: asyncio.sleep(2)),
        "retention": await _longest(lambda: forget(lambda: service.engine, paused)),
        "erasure from the state": await _longest(leave),
        "erasure from the log": await _longest(erase),
    }


async def _longest(work: Callable[[], Awaitable[None]]) -> float:
    """The longest time between two turns of the loop while something is done."""
    longest, last, running = 0.0, perf_counter(), True

    async def turn() -> None:
        nonlocal longest, last
        while running:
            await asyncio.sleep(0.001)
            longest, last = max(longest, perf_counter() - last), perf_counter()

    turning = asyncio.create_task(turn())
    await asyncio.sleep(0.01)
    await work()
    await asyncio.sleep(0.01)
    running = False
    await turning
    return longest * 1000
