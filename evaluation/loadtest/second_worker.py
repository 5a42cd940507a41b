"""What a second worker costs: CPU time per request and memory, beside a server of one worker."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import Final

from evaluation.loadtest import processor_time
from evaluation.loadtest.closed_loop_load import ask
from evaluation.loadtest.command import Given, Options
from evaluation.loadtest.server import Server, serving
from evaluation.loadtest.slo_report import SloReport, most
from evaluation.loadtest.workers import one_to_each
from ml.progress import progress

PROC: Final = Path("/proc")
GROUP: Final = 2  # of the fields behind the name (proc(5))
MAX_CPU_RATIO: Final = 1.15
MAX_ADDED: Final = 0.40  # of the memory of one
APPLIED_SECONDS: Final = 0.3  # in which a server applies what it served last
MICROS: Final = 1e6
KIB_PER_MIB: Final = 1024

OPTIONS: Final[Options] = {
    "users": (1_000, "the first so many are asked"),
    "requests": (1_000, "to each server, per round"),
    "connections": (8, "at once"),
    "rounds": (20, "in which both servers are asked in turn; the median counts"),
}


def measure(given: Given) -> SloReport:
    """Two servers of the same bundle are asked the same in turn, so that a machine whose speed
    changes changes for both.

    Raises:
        ChildProcessError: a server did not start, or one of its workers never answered.
        ConnectionError: an answer was not 200.
    """
    options = given.options
    users = given.state().users.ids.all_ids()[: options.users].to_list()
    paths = [f"/timeline/{user}" for user in users]
    with ExitStack() as stack:
        servers = {
            workers: stack.enter_context(serving(_environment(given, workers)))
            for workers in (1, 2)
        }
        for workers, server in servers.items():
            asyncio.run(_all_are_up(server, workers))
            ask(server.address, paths * workers, options.connections)  # to warm up
        micros: dict[int, list[float]] = {1: [], 2: []}
        with progress(options.rounds, "workers", "rounds") as shown:
            for place in range(options.rounds):
                first = place * options.requests
                some = list(islice(cycle(paths), first, first + options.requests))
                for workers in (1, 2) if place % 2 else (2, 1):
                    spent = -_seconds(servers[workers])
                    ask(servers[workers].address, some, options.connections)
                    time.sleep(APPLIED_SECONDS)
                    spent += _seconds(servers[workers])
                    micros[workers].append(MICROS * spent / len(some))
                shown.update()
        memory = {workers: _mebibytes(server) for workers, server in servers.items()}
    return promises(micros, memory)


def promises(micros: Mapping[int, Sequence[float]], memory: Mapping[int, float]) -> SloReport:
    """What a second worker may cost.

    Args:
        micros: by the number of workers, the CPU time of a request in each round.
        memory: by the number of workers, in MB.
    """
    ratios = sorted(two / one for one, two in zip(micros[1], micros[2], strict=True))
    quarter = len(ratios) // 4
    return SloReport(
        [
            most("CPU time per request of two workers, over one's", median(ratios), MAX_CPU_RATIO),
            most("memory that the second adds, over one's", memory[2] / memory[1] - 1, MAX_ADDED),
        ],
        {
            "cpu_micros": {str(workers): [*found] for workers, found in micros.items()},
            "memory_mb": {str(workers): found for workers, found in memory.items()},
        },
        [
            f"  CPU per request: {median(micros[1]):,.0f} µs of one worker, "
            f"{median(micros[2]):,.0f} µs of two; half of {len(ratios)} rounds lie in "
            f"{ratios[quarter]:.2f}–{ratios[-1 - quarter]:.2f}",
            f"  memory: {memory[1]:,.0f} MB of one worker, {memory[2]:,.0f} MB of two",
        ],
    )


def _environment(given: Given, workers: int) -> dict[str, str]:
    """The service as it is run: what it serves is logged, and read by the other worker."""
    return {**given.environment, "FORYOU_IMPRESSIONS": "served", "FORYOU_WORKERS": str(workers)}


async def _all_are_up(server: Server, workers: int) -> None:
    for connection in await one_to_each(server, workers):
        await connection.close()


def _processes(server: Server) -> Iterator[int]:
    """All processes of a server: it is a group of its own."""
    for stat in PROC.glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        if int(fields[GROUP]) == server.process.pid:
            yield int(stat.parent.name)


def _seconds(server: Server) -> float:
    """Of CPU, all processes together."""
    return sum(processor_time.seconds(process) for process in _processes(server))


def _mebibytes(server: Server) -> float:
    """What the processes hold together: what they share is counted once. Files are those of the
    process that maps most, since they are the same libraries."""
    own, files = 0, 0
    for process in _processes(server):
        found = _rollup(process)
        own += found["Pss_Anon"] + found["Pss_Shmem"]
        files = max(files, found["Rss"] - found["Anonymous"])
    return (own + files) / KIB_PER_MIB


def _rollup(process: int) -> dict[str, int]:
    """KiB by kind of memory."""
    lines = (PROC / f"{process}/smaps_rollup").read_text().splitlines()[1:]
    return {name: int(size.split()[0]) for name, _, size in (line.partition(":") for line in lines)}
