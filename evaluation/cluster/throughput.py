"""Two replicas over one log in Postgres: how many events, how soon, and at what price."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final

from evaluation.client import Address, Connection, request
from evaluation.cluster.postgres_server import NoPostgresError, PostgresServer, free_port
from evaluation.cluster.replica import Replica
from evaluation.loadtest import processor_time
from evaluation.loadtest.command import Given, Options
from evaluation.loadtest.slo_report import SloReport, least, most, quantiles, spread
from evaluation.loadtest.traffic import Traffic
from evaluation.report.numbers import Json

BATCH: Final = 100
HERE: Final = "127.0.0.1"
REST_SECONDS: Final = 0.05
Spent = Mapping[str, float]  # processor time by the name of a process
OPTIONS: Final[Options] = {
    "events": (40_000, "in batches of 100"),
    "effects": (200, "events whose effect on the other replica is awaited"),
    "timelines": (1_000, "from one replica, and then from two"),
}


def measure(given: Given) -> SloReport:
    """On this machine, with all its cores shared by Postgres, two replicas and the client.

    Raises:
        ChildProcessError: Postgres or a replica does not start.
    """
    with TemporaryDirectory(prefix="throughput-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        try:
            database = PostgresServer(folder / "data")
            database.start()
        except NoPostgresError as error:
            raise ChildProcessError(str(error)) from error
        with ExitStack() as stack:
            stack.callback(database.kill)
            environment = given.environment | {
                "FORYOU_LOG": database.url(),
                "FORYOU_LOG_LEVEL": "warning",
                "FORYOU_IMPRESSIONS": "client",
                "FORYOU_REPLAY_HOURS": "0",
            }
            replicas = [
                Replica(name, (HERE, free_port()), environment, folder) for name in ("one", "other")
            ]
            for replica in replicas:
                replica.keep_running()
                stack.callback(replica.kill)
            for replica in replicas:
                replica.wait()
            return asyncio.run(_measured(given, database, replicas))


async def _measured(given: Given, database: PostgresServer, replicas: list[Replica]) -> SloReport:
    options, addresses = given.options, [replica.address for replica in replicas]
    traffic = Traffic(given.state(), given.seed, "throughput")
    await _events(traffic, addresses, options.events // 10)  # all that is made once is made
    processes = {one.name: [one.pid] for one in replicas} | {
        "client": [os.getpid()],
        "postgres": database.processes(),
    }
    before = _spent(processes)
    rate = await _events(traffic, addresses, options.events)
    each = _each(before, _spent(processes), options.events)
    effect = quantiles(await _effects(traffic, addresses, options.effects))
    await _timelines(traffic, replicas, options.timelines // 5)
    alone = await _timelines(traffic, replicas[:1], options.timelines)
    both = await _timelines(traffic, replicas, options.timelines)
    figures: Json = {
        "events_per_second": rate,
        "processor_micros_per_event": each,
        "effect_millis": effect,
        "cpu_seconds_per_timeline": {"one": alone, "two": both},
    }
    return SloReport(
        [
            least("events per second, applied by both", rate, 4_000),
            most("event to effect on the other replica, p99", effect["p99"], 500, " ms"),
            most("processor time per timeline, two against one", both / alone, 1.15, "x"),
        ],
        figures,
        [
            spread("event to effect on the other", effect),
            "  processor time of an event: "
            + ", ".join(f"{name} {micros:.0f} µs" for name, micros in each.items()),
        ],
    )


async def _events(traffic: Traffic, addresses: list[Address], count: int) -> float:
    """Events per second, from the first sent until both have applied all."""
    batches = [
        request("POST", "/events", {"events": traffic.events(BATCH)}) for _ in range(count // BATCH)
    ]
    offsets: list[str] = []

    async def send(address: Address) -> None:
        async with Connection.open(address) as connection:
            while batches:
                offsets.append((await connection.send(batches.pop())).ok()["offset"])

    began = perf_counter()
    await asyncio.gather(*(send(address) for address in addresses * 2))
    for address in addresses:
        await _reached(address, offsets)
    return count // BATCH * BATCH / (perf_counter() - began)


async def _reached(address: Address, offsets: list[str]) -> None:
    """Return when a replica has applied all of these."""
    async with Connection.open(address) as connection:
        for offset in offsets:
            path = f"/users?limit=1&after_offset={offset}"
            while (await connection.get(path)).status != 200:
                await asyncio.sleep(REST_SECONDS)


async def _effects(traffic: Traffic, addresses: list[Address], count: int) -> list[float]:
    """Milliseconds from sending a tweet to one replica until the other shows it."""
    millis = []
    async with Connection.open(addresses[0]) as here, Connection.open(addresses[1]) as there:
        for _ in range(count):
            tweet = traffic.tweet()
            path = f"/tweets/{tweet.pop('tweet_id')}"
            tweet.pop("in_reply_to_id", None)
            began = perf_counter()
            (await here.send(request("PUT", path, tweet))).ok()
            while (await there.get(path)).status != 200:
                await asyncio.sleep(0.002)
            millis.append((perf_counter() - began) * 1_000)
    return millis


async def _timelines(traffic: Traffic, replicas: list[Replica], count: int) -> float:
    """Seconds of processor time of all replicas, per timeline that some of them answered."""
    processes = {one.name: [one.pid] for one in replicas}
    before = _spent(processes)

    async def ask(address: Address, many: int) -> None:
        async with Connection.open(address) as connection:
            for _ in range(many):
                (await connection.get(f"/timeline/{traffic.somebody()}")).ok()

    await asyncio.gather(*(ask(one.address, count // len(replicas)) for one in replicas))
    await asyncio.sleep(1)  # what was served is logged and applied
    return sum(_each(before, _spent(processes), count).values()) / 1e6


def _spent(processes: Mapping[str, Sequence[int]]) -> Spent:
    """Seconds of processor time of some processes, by their names."""
    return {name: sum(map(processor_time.seconds, some)) for name, some in processes.items()}


def _each(before: Spent, after: Spent, count: int) -> Spent:
    """What was spent on each of so many things, in microseconds."""
    return {name: (after[name] - before[name]) / count * 1e6 for name in before}
