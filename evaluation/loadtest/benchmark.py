"""The service beside a bare route, asked the same way in the same minutes: one at a time, then many
at once; and beside the version before, where it is given."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from importlib.util import find_spec
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import Final

from evaluation.loadtest import processor_time
from evaluation.loadtest.benchmark_report import BenchmarkReport
from evaluation.loadtest.closed_loop_load import ask
from evaluation.loadtest.command import Given, Options
from evaluation.loadtest.request_parts import around, of_traces
from evaluation.loadtest.server import Server, serving
from evaluation.loadtest.starts import starts

LARGEST: Final = 16_384  # bytes that the bare route answers with, at most
BARE, BEFORE, OURS = "bare", "before", "for_you"
TIMES: Final = {BARE: 8, BEFORE: 0.5, OURS: 1}  # the quicker it is, the more it is asked
MICROS: Final = 1e6


OPTIONS: Final[Options] = {
    "users": (1_000, "the first so many are asked"),
    "requests": (3_000, "many at once, per round"),
    "connections": (8, "at once"),
    "rounds": (3, "of which the median counts"),
    "starts": (1, "of each kind, of which the least counts; 0 measures none"),
    "before": ("", "a checkout of the version before, which is asked as well"),
    "before_artifacts": ("", "what that version serves, where it cannot read ours"),
}


def measure(given: Given) -> BenchmarkReport:
    """The service beside a bare route, on this machine, now: of several rounds, the median.

    Raises:
        ChildProcessError: a server did not start.
        ConnectionError: an answer was not 200.
        ValueError: an answer is too large to compare with.
    """
    options = given.options
    users = given.state().users.ids.all_ids()[: options.users].to_list()
    paths = [f"/timeline/{user}" for user in users]
    load = os.getloadavg()[0]
    with ExitStack() as stack:
        ours = stack.enter_context(serving(_promises(given)))
        content = _content(ours, paths)
        (file := ours.log.with_name("timeline.json")).write_bytes(content)
        bare = stack.enter_context(serving({}, "evaluation.loadtest.bare", str(file)))
        servers = {OURS: ours, BARE: bare}
        if options.before:
            before = _promises(given) | _at(options.before)
            if options.before_artifacts:
                before["FORYOU_ARTIFACTS"] = str(Path(options.before_artifacts).resolve())
            servers[BEFORE] = stack.enter_context(serving(before))
            ask(servers[BEFORE].address, paths)  # to warm up
        rounds = [dict(_round(servers, paths, options)) for _ in range(options.rounds)]
        explained = ask(ours.address, [f"{path}?explain=true" for path in paths], keep=True)
    figures = {
        name: {kind: median(one[name][kind] for one in rounds) for kind in rounds[0][name]}
        for name in servers
    }
    document = {
        "format": 2,
        "ratio": _ratios(figures),
        **figures,
        "body_bytes": len(content),
        "starts": starts(given.environment, options.starts) if options.starts else None,
        "parts": [*of_traces(explained.bodies), *around(given.settings, users)],
        "plan": {name: getattr(options, name) for name in OPTIONS} | {"users": len(users)},
        "rounds": rounds,
        "machine": {"cpus": os.cpu_count(), "load_before": load, "uvicorn": _stack()},
    }
    return BenchmarkReport(document)


def _promises(given: Given) -> dict[str, str]:
    """The service as it is run: it logs what it serves, and a line per request."""
    return {**given.environment, "FORYOU_IMPRESSIONS": "served", "FORYOU_LOG_LEVEL": "info"}


def _at(checkout: str) -> dict[str, str]:
    """For an interpreter that must import the application from there, and not from here."""
    return {"PYTHONPATH": str(Path(checkout).resolve()), "PYTHONSAFEPATH": "1"}


def _content(service: Server, paths: Sequence[str]) -> bytes:
    """A real answer, of a median length, after everybody was asked once to warm up."""
    bodies = sorted(ask(service.address, paths, keep=True).bodies, key=len)
    content = bodies[len(bodies) // 2]
    if len(content) > LARGEST:
        raise ValueError(f"an answer has {len(content)} bytes, more than {LARGEST}")
    return content


def _round(
    servers: Mapping[str, Server], paths: Sequence[str], options: argparse.Namespace
) -> Iterator[tuple[str, dict[str, float]]]:
    for name, server in servers.items():
        alone = ask(server.address, paths)
        many = list(islice(cycle(paths), round(options.requests * TIMES[name])))
        before = processor_time.seconds(server.process.pid)
        at_once = ask(server.address, many, options.connections)
        spent = processor_time.seconds(server.process.pid) - before
        yield (
            name,
            {
                "per_second": at_once.per_second,
                "p50": alone.quantile(0.5),
                "p99": alone.quantile(0.99),
                "p50_at_once": at_once.quantile(0.5),
                "cpu_micros": MICROS * spent / len(many),
                "client_micros": MICROS * at_once.client_seconds / len(many),
            },
        )


def _ratios(figures: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """How many times the bare route's, and the CPU of the version before in times of ours."""
    ours, bare = figures[OURS], figures[BARE]
    ratios = {name: ours[name] / bare[name] for name in ("p50", "p99", "cpu_micros")}
    ratios["throughput"] = bare["per_second"] / ours["per_second"]
    if BEFORE in figures:
        ratios["before"] = figures[BEFORE]["cpu_micros"] / ours["cpu_micros"]
    return ratios


def _stack() -> list[str]:
    """What uvicorn runs on, for both servers: it takes the quicker where it is installed."""
    quicker = {"uvloop": "asyncio", "httptools": "h11"}
    return [quick if find_spec(quick) else plain for quick, plain in quicker.items()]
