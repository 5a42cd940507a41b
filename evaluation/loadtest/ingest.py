"""Events pour in, and readers should not notice."""

from __future__ import annotations

import argparse
import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final

import numpy as np
from tqdm import tqdm

from evaluation.client import Address, Connection, request
from evaluation.loadtest.command import Given
from evaluation.loadtest.open_loop_load import OpenLoopLoad
from evaluation.loadtest.server import serving
from evaluation.loadtest.slo_report import SloReport, least, most, none, quantiles
from evaluation.loadtest.traffic import Traffic, timelines

BATCH: Final = 100
LEAST_PER_SECOND: Final = 5_000
MAX_TIMES: Final = 3.0  # of the idle p99
CONNECTIONS: Final = 8
WARM_SECONDS: Final = 5.0
BUSY: Final = 429
ACCEPTED: Final = b'"accepted"'


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rate", type=float, default=5_500, help="events per second")
    parser.add_argument("--seconds", type=float, default=20, help="of pouring, and of quiet")
    parser.add_argument("--timelines", type=float, default=20, help="per second, all the time")


def measure(given: Given) -> SloReport:
    """Quiet, then pouring, then quiet again: the machine may have other things to do."""
    options, state = given.options, given.state()
    with TemporaryDirectory() as folder, serving(Path(folder), given.environment) as server:
        traffic = Traffic(state, given.seed, "ingest")
        batches = int(options.rate * options.seconds / BATCH)
        pouring = Pouring(
            [
                request("POST", "/events", {"events": traffic.events(BATCH)})
                for _ in tqdm(range(batches), desc="drawing", disable=given.quiet, leave=False)
            ],
            options.rate / BATCH,
        )
        reading = OpenLoopLoad(server.address, options.timelines, timelines(state, given.seed))
        idle, busy = asyncio.run(_run(server.address, reading, pouring, options.seconds))
    times = float(np.quantile(busy, 0.99) / np.quantile(idle, 0.99))
    per_second = pouring.written / pouring.seconds
    return SloReport(
        [
            least("events per second", per_second, LEAST_PER_SECOND),
            least("for", pouring.seconds, options.seconds * 0.95, " s"),
            most("p99 of timelines against idle", times, MAX_TIMES, "×"),
            most("the last event has its effect after", pouring.behind, 1_000, " ms"),
            none("answers that were none", len(pouring.refused) + len(reading.refused)),
        ],
        {
            "events_per_second": per_second,
            "seconds": pouring.seconds,
            "batches": quantiles(pouring.millis),
            "idle": quantiles(idle),
            "busy": quantiles(busy),
            "behind_millis": pouring.behind,
            "asked_to_come_back": pouring.busy,
            "refused": [*pouring.refused, *reading.refused][:5],
        },
        [
            f"  timelines idle: p50 {np.quantile(idle, 0.5):.1f} ms, "
            f"p99 {np.quantile(idle, 0.99):.1f} ms ({len(idle)})",
            f"  timelines while events pour in: p50 {np.quantile(busy, 0.5):.1f} ms, "
            f"p99 {np.quantile(busy, 0.99):.1f} ms ({len(busy)})",
            f"  a batch of {BATCH}: p50 {np.quantile(pouring.millis, 0.5):.1f} ms, "
            f"p99 {np.quantile(pouring.millis, 0.99):.1f} ms",
        ],
    )


@dataclass
class Pouring:
    """Batches at a rate, from as many connections as it takes."""

    batches: list[bytes]
    per_second: float
    written: int = 0  # events
    seconds: float = 0.0
    behind: float = 0.0  # milliseconds from the last answer to the last effect
    busy: int = 0
    millis: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    async def run(self, address: Address) -> None:
        connections = [await Connection.to(address) for _ in range(CONNECTIONS)]
        waiting, start = iter(enumerate(self.batches)), perf_counter()
        offsets = await asyncio.gather(
            *(self._pour(connection, waiting, start) for connection in connections)
        )
        self.seconds = perf_counter() - start
        arrived = perf_counter()
        answer = await connections[0].get(f"/users?limit=1&after_offset={max(offsets)}")
        self.behind = (perf_counter() - arrived) * 1000
        if answer.status != 200:
            self.behind = float("inf")
        for connection in connections:
            await connection.close()

    async def _pour(self, connection: Connection, waiting: enumerate[bytes], start: float) -> int:
        offset = 0
        for place, batch in waiting:
            await asyncio.sleep(max(start + place / self.per_second - perf_counter(), 0))
            answer = await connection.send(batch)
            while answer.status == BUSY:
                self.busy += 1
                await asyncio.sleep(1)
                answer = await connection.send(batch)
            if answer.status == 200:
                self.written += answer.body.count(ACCEPTED)
                self.millis.append(answer.millis)
                offset = answer.json["offset"]
            else:
                self.refused.append(f"{answer.status}: {answer.body[:300]!r}")
        return offset


async def _run(
    address: Address, reading: OpenLoopLoad, pouring: Pouring, seconds: float
) -> tuple[np.ndarray, np.ndarray]:
    """Milliseconds of timelines while it was quiet, before and afterwards, and while it was not."""
    async with reading.running():
        await asyncio.sleep(WARM_SECONDS)
        start = perf_counter()
        await asyncio.sleep(seconds / 2)
        poured = perf_counter()
        await pouring.run(address)
        ended = perf_counter()
        await asyncio.sleep(1)
        rested = perf_counter()
        await asyncio.sleep(seconds / 2)
        end = perf_counter()
    idle = [reading.between(start, poured), reading.between(rested, end)]
    return np.concatenate(idle), reading.between(poured, ended)
