"""Events pour in, and readers should not notice."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from time import perf_counter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evaluation.client import Address, Answer, Connection, request
from evaluation.loadtest.command import Given, Options
from evaluation.loadtest.open_loop_load import OpenLoopLoad
from evaluation.loadtest.scaled_artifacts import scaled
from evaluation.loadtest.server import serving
from evaluation.loadtest.slo_report import SloReport, least, most, none, quantiles, spread
from evaluation.loadtest.traffic import Traffic, timelines
from ml.progress import tracked

BATCH: Final = 100
LEAST_PER_SECOND: Final = 5_000
MAX_TIMES: Final = 3.0  # of the idle p99
WARM_SECONDS: Final = 5.0
PATIENCE_SECONDS: Final = 60.0  # to see the last event's effect
BUSY: Final = 429
NOT_YET: Final = 503
ACCEPTED: Final = b'"accepted"'

OPTIONS: Final[Options] = {
    "rate": (5_500.0, "events per second"),
    "seconds": (20.0, "of pouring, and of quiet"),
    "timelines": (20.0, "per second, all the time"),
    "tweets": (0, "of a state that is drawn for this, with a tenth as many users; 0: as trained"),
}


def measure(given: Given) -> SloReport:
    """Quiet, then pouring, then quiet again: the machine may have other things to do."""
    with scaled(given, given.options.tweets) as served:
        return _measure(served)


def _measure(given: Given) -> SloReport:
    options, state = given.options, given.state()
    traffic = Traffic(state, given.seed, "ingest")
    batches = [
        request("POST", "/events", {"events": traffic.events(BATCH)})
        for _ in tracked(range(int(options.rate * options.seconds / BATCH)), "drawing", "batches")
    ]
    with serving(given.environment) as server:
        reading = OpenLoopLoad(server.address, options.timelines, timelines(state, given.seed))
        pouring = Pouring(server.address, options.rate / BATCH, batches)
        idle, busy = asyncio.run(_run(server.address, reading, pouring, options.seconds))
    refused = [*pouring.refused, *reading.refused]
    per_second = pouring.written / pouring.seconds
    found = {"batches": quantiles(pouring.millis), "idle": quantiles(idle), "busy": quantiles(busy)}
    times = found["busy"]["p99"] / found["idle"]["p99"]
    return SloReport(
        [
            least("events per second", per_second, LEAST_PER_SECOND),
            least("for", pouring.seconds, options.seconds * 0.95, " s"),
            most("p99 of timelines against idle", times, MAX_TIMES, "×"),
            most("the last event has its effect after", pouring.behind, 1_000, " ms"),
            none("answers that were none", len(refused)),
        ],
        {
            "events_per_second": per_second,
            "seconds": pouring.seconds,
            **found,
            "behind_millis": pouring.behind,
            "asked_to_come_back": pouring.busy,
            "refused": refused[:5],
        },
        [
            spread("timelines idle", found["idle"]),
            spread("timelines while events pour in", found["busy"]),
            spread(f"a batch of {BATCH}", found["batches"]),
        ],
    )


class Pouring(OpenLoopLoad):
    """Batches of events at a rate; where the server is busy, a batch is sent again later."""

    def __init__(self, address: Address, per_second: float, batches: Sequence[bytes]) -> None:
        super().__init__(address, per_second, iter(batches))
        self.written = 0  # events
        self.offset = 0  # of the last of them
        self.busy = 0
        self.seconds = 0.0
        self.behind = 0.0  # milliseconds from the last answer to the last effect

    async def send(self, connection: Connection, wanted: bytes) -> Answer:
        while (answer := await connection.send(wanted)).status == BUSY:
            self.busy += 1
            await asyncio.sleep(1)
        return answer

    def heard(self, answer: Answer) -> None:
        self.written += answer.body.count(ACCEPTED)
        self.offset = max(self.offset, int(answer.json["offset"]))


async def _run(
    address: Address, reading: OpenLoopLoad, pouring: Pouring, seconds: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Milliseconds of timelines while it was quiet, before and afterwards, and while it was not."""
    async with reading.running():
        await asyncio.sleep(WARM_SECONDS)
        start = perf_counter()
        await asyncio.sleep(seconds / 2)
        poured = perf_counter()
        await pouring.run()
        pouring.seconds = perf_counter() - poured
        ended = perf_counter()
        pouring.behind = await _behind(address, pouring.offset)
        await asyncio.sleep(1)
        rested = perf_counter()
        await asyncio.sleep(seconds / 2)
        end = perf_counter()
    idle = [reading.between(start, poured), reading.between(rested, end)]
    return np.concatenate(idle), reading.between(poured, ended)


async def _behind(address: Address, offset: int) -> float:
    """Milliseconds until the record at an offset has its effect for a reader who waits for it, or
    infinity if that takes long."""
    begun = perf_counter()
    async with Connection.open(address) as connection:
        while perf_counter() - begun < PATIENCE_SECONDS:
            answer = await connection.get(f"/users?limit=1&after_offset={offset}")
            if answer.status == 200:
                return (perf_counter() - begun) * 1_000
            if answer.status != NOT_YET:  # after a second
                break
    return float("inf")
