"""Both servers, asked the same way in the same minutes: one at a time, then many at once."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from importlib.util import find_spec
from itertools import cycle, islice
from statistics import median
from typing import Final

from evaluation.client import Address
from evaluation.loadtest.benchmark_report import BenchmarkReport, spent
from evaluation.loadtest.closed_loop_load import ask
from evaluation.loadtest.command import Given, Options
from evaluation.loadtest.server import serving

LARGEST: Final = 16_384  # bytes that the bare route answers with, at most
BARE_TIMES: Final = 8  # it is that much quicker, so it is asked more often


OPTIONS: Final[Options] = {
    "users": (1_000, "the first so many are asked"),
    "requests": (3_000, "many at once, per round"),
    "connections": (8, "at once"),
    "rounds": (3, "of which the median counts"),
}


def measure(given: Given) -> BenchmarkReport:
    """The service beside a bare route, on this machine, now: of several rounds, the median.

    Raises:
        ChildProcessError: a server did not start.
        ConnectionError: an answer was not 200.
        ValueError: an answer is too large to compare with.
    """
    options, users = given.options, given.state().users.ids.all_ids()[: given.options.users]
    paths = [f"/timeline/{user}" for user in users]
    load = os.getloadavg()[0]
    settings = {**given.environment, "FORYOU_IMPRESSIONS": "served"}
    with serving(settings) as server:
        service = server.address
        content = _content(service, paths)
        (file := server.log.with_name("timeline.json")).write_bytes(content)
        with serving({}, "evaluation.loadtest.bare", str(file)) as bare:
            rounds = [_round(service, bare.address, paths, options) for _ in range(options.rounds)]
            explained = ask(service, [f"{path}?explain=true" for path in paths], keep=True)
    figures = {name: median(one[name] for one in rounds) for name in rounds[0]}
    document = {
        "format": 1,
        "ratio": {
            "throughput": figures["bare_per_second"] / figures["per_second"],
            "p50": figures["p50"] / figures["bare_p50"],
        },
        "for_you": {name: figures[name] for name in ("per_second", "p50", "p99", "p50_at_once")},
        "bare": {name: figures[f"bare_{name}"] for name in ("per_second", "p50", "p99")},
        "body_bytes": len(content),
        "stages": spent(explained),
        "plan": {name: getattr(options, name) for name in OPTIONS} | {"users": len(users)},
        "rounds": rounds,
        "machine": {"cpus": os.cpu_count(), "load_before": load, "uvicorn": _stack()},
    }
    return BenchmarkReport(document)


def _content(service: Address, paths: Sequence[str]) -> bytes:
    """A real answer, of a median length, after everybody was asked once to warm up."""
    bodies = sorted(ask(service, paths, keep=True).bodies, key=len)
    content = bodies[len(bodies) // 2]
    if len(content) > LARGEST:
        raise ValueError(f"an answer has {len(content)} bytes, more than {LARGEST}")
    return content


def _round(
    service: Address, route: Address, paths: Sequence[str], options: argparse.Namespace
) -> dict[str, float]:
    alone, bare_alone = ask(service, paths), ask(route, paths)
    many = list(islice(cycle(paths), options.requests))
    at_once = ask(service, many, options.connections)
    bare_at_once = ask(route, many * BARE_TIMES, options.connections)
    return {
        "per_second": at_once.per_second,
        "p50": alone.quantile(0.5),
        "p99": alone.quantile(0.99),
        "p50_at_once": at_once.quantile(0.5),
        "bare_per_second": bare_at_once.per_second,
        "bare_p50": bare_alone.quantile(0.5),
        "bare_p99": bare_alone.quantile(0.99),
    }


def _stack() -> list[str]:
    """What uvicorn runs on, for both servers: it takes the quicker where it is installed."""
    quicker = {"uvloop": "asyncio", "httptools": "h11"}
    return [quick if find_spec(quick) else plain for quick, plain in quicker.items()]
