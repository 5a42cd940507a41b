"""python -m evaluation.loadtest: one promise of the service at a time, measured over HTTP."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from pathlib import Path
from typing import Any, Final, Protocol

from app.settings import InvalidSettingError
from evaluation.cluster import endurance, rolling, throughput
from evaluation.loadtest import (
    benchmark,
    benchmark_page,
    bitflip,
    crash,
    explained,
    freshness,
    ingest,
    overload,
    pagination,
    reload,
    replayed,
    scale,
    second_worker,
    soak,
    stalls,
    starts,
)
from evaluation.loadtest.benchmark_report import BenchmarkReport
from evaluation.loadtest.command import Given, Options
from ml import threads
from ml.command import Parser
from ml.environment import artifacts
from ml.errors import FeedError


class Report(Protocol):
    """What a command measured."""

    @property
    def kept(self) -> bool: ...
    def table(self) -> str: ...
    def document(self) -> dict[str, Any]: ...


class Command(Protocol):
    """A module of this package; its docstring is its help."""

    __doc__: str | None

    @property
    def OPTIONS(self) -> Options: ...
    def measure(self, given: Given, /) -> Report: ...


COMMANDS: Final[dict[str, Command]] = {
    "bench": benchmark,
    "bitflip": bitflip,
    "cluster": endurance,
    "crash": crash,
    "explained": explained,
    "freshness": freshness,
    "ingest": ingest,
    "overload": overload,
    "pagination": pagination,
    "reload": reload,
    "replayed": replayed,
    "replicas": throughput,
    "rolling": rolling,
    "scale": scale,
    "soak": soak,
    "stalls": stalls,
    "starts": starts,
    "workers": second_worker,
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 1 where a promise is broken, 2 where the reader must mend something."""
    given = _parser().parse_args(arguments)
    threads.use_one()
    try:
        report = COMMANDS[given.command].measure(Given(given.artifacts, given.seed, given))
    except (FeedError, InvalidSettingError, ChildProcessError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    out: Path = given.out or given.artifacts / "report"
    out.mkdir(parents=True, exist_ok=True)
    path = out / ("bench.json" if given.command == "bench" else f"live-{given.command}.json")
    if isinstance(report, BenchmarkReport):
        path.with_suffix(".html").write_text(benchmark_page.page(report), encoding="utf-8")
    path.write_text(json.dumps(report.document(), indent=1) + "\n", encoding="utf-8")
    print(f"{report.table()}\n\n{path}")
    return 0 if report.kept else 1


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="python -m evaluation.loadtest", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, command in COMMANDS.items():
        one = commands.add_parser(name, help=(command.__doc__ or "").splitlines()[0])
        one.add_argument("--artifacts", type=Path, default=artifacts())
        one.add_argument("--out", type=Path, help="folder for the figures; ARTIFACTS/report")
        one.add_argument("--seed", type=int, default=7)
        for option, (default, meaning) in command.OPTIONS.items():
            one.add_argument(
                f"--{option.replace('_', '-')}", type=type(default), default=default, help=meaning
            )
    return parser


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # and leave no server behind
    sys.exit(main())
