"""Both servers, asked the same way in the same minutes: one at a time, then many at once."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final

from evaluation.loadtest import stages
from evaluation.loadtest.keep_asking import ask
from evaluation.loadtest.process import Address, process

LARGEST: Final = 16_384  # bytes that the bare route answers with, at most
BARE_TIMES: Final = 8  # it is that much quicker, so it is asked more often
QUIET: Final = {"FORYOU_PORT": "0", "FORYOU_LOG_LEVEL": "warning"}

Json = dict[str, Any]  # what JSON can hold


@dataclass(frozen=True, slots=True)
class Plan:
    artifacts: Path
    users: Sequence[str]
    requests: int  # that are asked many at once, each round
    connections: int
    rounds: int


def bench(plan: Plan) -> Json:
    """The figures, ready for `json.dumps`: of several rounds, the median.

    Raises:
        ChildProcessError: a server did not start.
        ConnectionError: an answer was not 200.
        ValueError: an answer is too large to compare with.
    """
    load = os.getloadavg()[0]
    with TemporaryDirectory() as folder, process("app", settings=_here(plan, folder)) as service:
        content = _content(service, plan)
        (file := Path(folder, "timeline.json")).write_bytes(content)
        with process("evaluation.loadtest.bare", str(file), settings={}) as route:
            rounds = [_round(service, route, plan) for _ in range(plan.rounds)]
            explained = ask(service, [f"{path}?explain=true" for path in _paths(plan)], keep=True)
    figures = {name: median(one[name] for one in rounds) for name in rounds[0]}
    return {
        "format": 1,
        "ratio": {
            "throughput": figures["bare_per_second"] / figures["per_second"],
            "p50": figures["p50"] / figures["bare_p50"],
        },
        "for_you": {name: figures[name] for name in ("per_second", "p50", "p99", "p50_at_once")},
        "bare": {name: figures[f"bare_{name}"] for name in ("per_second", "p50", "p99")},
        "body_bytes": len(content),
        "stages": stages.spent(explained),
        "plan": {
            "users": len(plan.users),
            "requests": plan.requests,
            "connections": plan.connections,
            "rounds": plan.rounds,
        },
        "rounds": rounds,
        "machine": {"cpus": os.cpu_count(), "load_before": load, "uvicorn": _stack()},
    }


def _here(plan: Plan, folder: str) -> dict[str, str]:
    """A service of its own: what it logs is gone with it."""
    artifacts, log = str(plan.artifacts.resolve()), str(Path(folder, "events.db"))
    return {**QUIET, "FORYOU_ARTIFACTS": artifacts, "FORYOU_LOG": log}


def _content(service: Address, plan: Plan) -> bytes:
    """A real answer, of a median length, after everybody was asked once to warm up."""
    bodies = sorted(ask(service, _paths(plan), keep=True).bodies, key=len)
    content = bodies[len(bodies) // 2]
    if len(content) > LARGEST:
        raise ValueError(f"an answer has {len(content)} bytes, more than {LARGEST}")
    return content


def _round(service: Address, route: Address, plan: Plan) -> dict[str, float]:
    paths = _paths(plan)
    alone, bare_alone = ask(service, paths), ask(route, paths)
    many = _repeated(paths, plan.requests)
    at_once = ask(service, many, plan.connections)
    bare_at_once = ask(route, many * BARE_TIMES, plan.connections)
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


def _paths(plan: Plan) -> list[str]:
    return [f"/timeline/{user}" for user in plan.users]


def _repeated(paths: Sequence[str], count: int) -> list[str]:
    return [paths[i % len(paths)] for i in range(count)]
