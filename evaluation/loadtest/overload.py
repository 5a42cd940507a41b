"""More is asked for than can be computed: what is accepted stays quick, the rest is 503 at once."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from time import perf_counter
from typing import Final

import numpy as np

from evaluation.client import Address, Answer, Connection, request
from evaluation.loadtest.closed_loop_load import Run, ask
from evaluation.loadtest.command import Given, Options
from evaluation.loadtest.open_loop_load import OpenLoopLoad
from evaluation.loadtest.server import serving
from evaluation.loadtest.slo_report import SloReport, least, most, none, quantiles

REQUESTS: Final = 400  # that find out how quick it is when idle, and what it can do
AT_ONCE: Final = 4
PROBE_SECONDS: Final = 0.05
IDLE_TIMES: Final = 10  # the tail of what is accepted, as a multiple of that when idle
REFUSED_MILLIS: Final = 50.0
PROBE_MILLIS: Final = 100.0


OPTIONS: Final[Options] = {
    "factor": (3.0, "times the capacity"),
    "seconds": (30.0, "of it"),
}


def measure(given: Given) -> SloReport:
    """Idle, then at its capacity, then beyond it, then idle again."""
    people = given.state().users.ids.all_ids().to_list()
    paths = [
        f"/timeline/{person}" for person in random.Random(given.seed).choices(people, k=REQUESTS)
    ]
    with serving(given.environment) as server:
        ask(server.address, paths)
        idle = ask(server.address, paths)
        capacity = ask(server.address, paths, AT_ONCE).per_second
        flood = asyncio.run(
            _flood(server.address, capacity * given.options.factor, given.options.seconds, people)
        )
        after = ask(server.address, paths)
    return _report(idle, capacity, flood, after)


def _report(idle: Run, capacity: float, flood: Flood, after: Run) -> SloReport:
    tail = idle.quantile(0.99)
    accepted, refused, probe = (
        float(np.quantile(millis, 0.99))
        for millis in (flood.accepted, flood.turned_away, flood.probes)
    )
    return SloReport(
        [
            least("requests accepted", len(flood.accepted), 1),
            least("requests refused", len(flood.turned_away), 1),
            most(
                "p99 of the accepted, as a multiple of that when idle",
                accepted / tail,
                IDLE_TIMES,
            ),
            most(
                "p99 of a refusal",
                refused,
                REFUSED_MILLIS,
                " ms",
            ),
            most("p99 of /livez", probe, PROBE_MILLIS, " ms"),
            none("answers that are neither 200 nor 503", len(flood.others)),
            most("p99 afterwards, as a multiple of that before", after.quantile(0.99) / tail, 2),
        ],
        {
            "capacity_per_second": capacity,
            "idle": quantiles(idle.millis),
            "accepted": quantiles(flood.accepted),
            "refused": quantiles(flood.turned_away),
            "livez": quantiles(flood.probes),
            "after": quantiles(after.millis),
        },
        flood.others[:5],
    )


class Flood(OpenLoopLoad):
    """First pages, at a rate that is too high."""

    def __init__(self, address: Address, rate: float, requests: Iterator[bytes]) -> None:
        super().__init__(address, rate, requests)
        self.accepted: list[float] = []
        self.turned_away: list[float] = []
        self.probes: list[float] = []

    @property
    def others(self) -> list[str]:
        """What went wrong besides refusals."""
        return [one for one in self.refused if "urn:foryou:problem:overloaded" not in one]

    def answered(self, answer: Answer, millis: float) -> None:
        if answer.status == 200:
            self.accepted.append(millis)
        elif answer.status == 503:
            self.turned_away.append(millis)


async def _flood(address: Address, rate: float, seconds: float, people: list[str]) -> Flood:
    chance = random.Random(0)
    asked = iter(lambda: request("GET", f"/timeline/{chance.choice(people)}"), b"")
    flood, until = Flood(address, rate, asked), perf_counter() + seconds
    async with flood.running(), Connection.open(address) as connection:
        while perf_counter() < until:
            probe = await connection.get("/livez")
            probe.ok()
            flood.probes.append(probe.millis)
            await asyncio.sleep(PROBE_SECONDS)
    return flood
