"""Two months of a busy service in some minutes: does its memory come to rest?"""

from __future__ import annotations

import argparse
import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final

import numpy as np
from tqdm import tqdm

from app.main import create_app
from app.serving.engine import build_engine
from app.serving.service import Service
from evaluation.client import InProcess, Json
from evaluation.loadtest.command import Given
from evaluation.loadtest.slo_report import SloReport, least, most, none
from evaluation.loadtest.traffic import Body, Traffic
from ml.event_log.open_log import open_log

BATCH: Final = 1_000  # events in one request
TWEETS: Final = 10  # written anew with every batch
PEOPLE: Final = 1  # who join with every batch
READERS: Final = 5  # who look with every batch
LATEST: Final = 5_000  # tweets that are talked about
SAMPLES: Final = 200  # of the memory, in all
BEHIND: Final = 503  # the effect of a write is still to come
STATUS: Final = Path("/proc/self/status")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--events", type=int, default=2_000_000)
    parser.add_argument("--days", type=float, default=60, help="that pass meanwhile")
    parser.add_argument(
        "--retention-hours", type=float, default=168, help="how long anything stays in memory"
    )


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
        self._now = 0.0
        self._given = given
        settings = given.settings.model_copy(
            update={
                "impressions": "client",
                "log": folder / "events.db",
                "log_level": "error",
                "retention_hours": given.options.retention_hours,
                "snapshot_minutes": 100_000,  # which is another process's business
            }
        )
        log = open_log(settings.log_file)
        engine = build_engine(settings, wall=lambda: 4e9, monotonic=lambda: self._now, log=log)
        self.service = Service(engine, log)

    async def run(self) -> None:
        """Until all is sent."""
        options = self._given.options
        batches = -(-options.events // BATCH)
        step = options.days * 86_400 / batches
        every = max(batches // SAMPLES, 1)
        traffic = Traffic(self.service.engine.state, self._given.seed, "soak")
        names = _Names(traffic)
        start = perf_counter()
        bar = tqdm(total=options.events, desc="events", disable=self._given.quiet, leave=False)
        async with InProcess.open(create_app(service=self.service)) as service:
            for batch in range(batches):
                self._now += step
                with suppress(StopAsyncIteration):
                    await self._live(service, names, min(BATCH, options.events - self.sent))
                if batch % every == 0:
                    self.resident.append(_resident_megabytes())
                bar.update(BATCH)
        self.seconds = perf_counter() - start

    async def _live(self, service: InProcess, names: _Names, count: int) -> None:
        tweets, users, events = names.batch(count)
        try:
            await _send(service, "POST", "/tweets", {"tweets": tweets})
            await _send(service, "POST", "/users", {"users": users})
            written = await _send(service, "POST", "/events", {"events": events})
            self.sent += sum(one["status"] == "accepted" for one in written["results"])
            for reader in names.readers():
                path = f"/timeline/{reader}?after_offset={written['offset']}"
                names.hear(await _send(service, "GET", path))
        except ConnectionError as error:
            self.refused.append(str(error))


class _Names:
    """Traffic about what is new: nobody talks about last month."""

    def __init__(self, traffic: Traffic) -> None:
        self._traffic = traffic
        self._latest: deque[str] = deque(traffic.tweets[-LATEST:], LATEST)

    def batch(self, count: int) -> tuple[list[Body], list[Body], list[Body]]:
        tweets = [self._traffic.tweet() for _ in range(TWEETS)]
        self._latest.extend(tweet["tweet_id"] for tweet in tweets)
        self._traffic.tweets = list(self._latest)
        events = self._traffic.events(count)
        for event in events:
            event.pop("created_at", None)  # by this process's clock, which is not the world's
        return tweets, [self._traffic.user() for _ in range(PEOPLE)], events

    def hear(self, timeline: Body) -> None:
        """A page that somebody was shown."""
        self._traffic.hear(timeline)

    def readers(self) -> Iterator[str]:
        return (self._traffic.somebody() for _ in range(READERS))


async def _send(service: InProcess, method: str, path: str, body: Json = None) -> Json:
    """Send until it is served; a failure of the application is a refusal, as over a socket."""
    try:
        while (answer := await service.send(method, path, body)).status == BEHIND:
            continue
    except Exception as error:
        raise ConnectionError(f"{method} {path}: {error!r}") from error
    return answer.ok()


def _resident_megabytes() -> float:
    """What the kernel says that this process holds, on Linux."""
    for line in STATUS.read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise ChildProcessError(f"{STATUS} does not say how much memory is resident")
