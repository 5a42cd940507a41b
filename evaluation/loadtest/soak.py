"""Two months of a busy service in some minutes: does its memory come to rest?"""

from __future__ import annotations

import asyncio
import os
from collections import deque
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final

import numpy as np

from app.main import create_app
from app.serving.engine import build_engine
from app.serving.service import Service
from evaluation.client import InProcess, Json
from evaluation.loadtest.command import Given, Options
from evaluation.loadtest.slo_report import SloReport, least, most, none
from evaluation.loadtest.traffic import Traffic
from evaluation.watch import Watch
from ml.event_log.open_log import open_log
from ml.progress import tracked

BATCH: Final = 1_000  # events in one request
TWEETS: Final = 10  # written anew with every batch
PEOPLE: Final = 1  # who join with every batch
READERS: Final = 5  # who look with every batch
LATEST: Final = 5_000  # tweets that are talked about
SAMPLES: Final = 200  # of the memory, in all
BEHIND: Final = 503  # the effect of a write is still to come
MEMORY: Final = Path("/proc/self/statm")  # in pages: all, then what is resident


OPTIONS: Final[Options] = {
    "events": (2_000_000, "sent in all"),
    "days": (60.0, "that pass meanwhile"),
    "retention-hours": (168.0, "how long anything stays in memory"),
}


def measure(given: Given) -> SloReport:
    """In this process, by a clock that runs ahead; what is measured is all that it holds."""
    options = given.options
    with TemporaryDirectory() as folder:
        soaking = Soaking(given, Path(folder))
        asyncio.run(soaking.run())
    quarters = [float(np.median(part)) for part in np.array_split(soaking.resident, 4)]
    growth = quarters[3] / quarters[2] - 1
    state = soaking.service.engine.state
    return SloReport(
        [
            least("events", soaking.sent, options.events),
            most("memory of the last quarter over the one before", growth * 100, 2, " %"),
            none("answers that were none", len(soaking.refused)),
        ],
        {
            "events": soaking.sent,
            "days": options.days,
            "retention_hours": options.retention_hours,
            "seconds": soaking.seconds,
            "resident_mb": soaking.resident,
            "quarters_mb": quarters,
            "growth": growth,
            "tweets": len(state.tweets),
            "users": len(state.users),
            "refused": soaking.refused[:5],
        },
        [
            "  resident by quarter: " + ", ".join(f"{mb:,.0f} MB" for mb in quarters),
            f"  {len(state.tweets):,} tweets and {len(state.users):,} people in memory, after "
            f"{soaking.seconds:,.0f} s",
            *soaking.refused[:5],
        ],
    )


class Soaking:
    """The same people, ever new tweets, and a clock."""

    def __init__(self, given: Given, folder: Path) -> None:
        self.sent = 0
        self.seconds = 0.0
        self.resident: list[float] = []  # megabytes
        self.refused: list[str] = []
        self._options, self._watch = given.options, Watch(4e9)
        settings = given.settings.model_copy(
            update={
                "impressions": "client",
                "log": folder / "events.db",
                "log_level": "error",
                "retention_hours": given.options.retention_hours,
                "snapshot_minutes": 100_000,  # which is another process's business
            }
        )
        log = open_log(settings.log_location)
        engine = build_engine(settings, wall=self._watch, log=log)
        self.service = Service(engine, log)
        self._traffic = Traffic(engine.state, given.seed, "soak")
        self._latest = deque(self._traffic.tweets[-LATEST:], LATEST)

    async def run(self) -> None:
        """Until all is sent."""
        events = self._options.events
        batches = -(-events // BATCH)
        every = max(batches // SAMPLES, 1)
        start = perf_counter()
        async with InProcess.open(create_app(service=self.service)) as service:
            for batch in tracked(range(batches), "soak", "batches"):
                self._watch.at += self._options.days * 86_400 / batches
                await self._live(service, min(BATCH, events - self.sent))
                if batch % every == 0:
                    self.resident.append(_resident_megabytes())
        self.seconds = perf_counter() - start

    async def _live(self, service: InProcess, count: int) -> None:
        traffic = self._traffic
        tweets = [traffic.tweet() for _ in range(TWEETS)]
        self._latest.extend(tweet["tweet_id"] for tweet in tweets)
        traffic.tweets = list(self._latest)  # nobody talks about last month
        events = traffic.events(count)
        for event in events:
            event.pop("created_at", None)  # by this process's clock, which is not the world's
        users = [traffic.user() for _ in range(PEOPLE)]
        try:
            await _send(service, "POST", "/tweets", {"tweets": tweets})
            await _send(service, "POST", "/users", {"users": users})
            written = await _send(service, "POST", "/events", {"events": events})
            self.sent += sum(one["status"] == "accepted" for one in written["results"])
            for _ in range(READERS):
                path = f"/timeline/{traffic.somebody()}?after_offset={written['offset']}"
                traffic.hear(await _send(service, "GET", path))
        except ConnectionError as error:
            self.refused.append(str(error))


async def _send(service: InProcess, method: str, path: str, body: Json = None) -> Json:
    """Send until it is served; a failure of the application is a refusal, as over a socket."""
    try:
        while (answer := await service.send(method, path, body)).status == BEHIND:
            continue
    except Exception as error:
        raise ConnectionError(f"{method} {path}: {error!r}") from error
    return answer.ok()


def _resident_megabytes() -> float:
    """What this process holds, on Linux."""
    return int(MEMORY.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
