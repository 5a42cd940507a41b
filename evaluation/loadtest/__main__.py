"""python -m evaluation.loadtest: one promise of the live service at a time, measured over HTTP."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

import torch

from app.settings import InvalidSettingError
from evaluation.loadtest import crash, freshness, ingest, pagination, reload, soak
from evaluation.loadtest.command import Given
from evaluation.loadtest.slo_report import Findings
from ml.errors import FeedError


class Command(NamedTuple):
    about: str
    arguments: Callable[[argparse.ArgumentParser], None]
    measure: Callable[[Given], Findings]


COMMANDS: Final = {
    "crash": Command("kill it again and again; nothing is lost", crash.arguments, crash.measure),
    "freshness": Command("from an event to its effect", freshness.arguments, freshness.measure),
    "ingest": Command("events pour in, and nobody waits", ingest.arguments, ingest.measure),
    "pagination": Command(
        "each tweet once, in order", pagination.arguments, pagination.measure
    ),
    "reload": Command("bundles are swapped under load", reload.arguments, reload.measure),
    "soak": Command("two months in some minutes", soak.arguments, soak.measure),
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 1 where a promise is broken, 2 where the reader must mend something."""
    given = _parser().parse_args(arguments)
    torch.set_num_threads(1)
    try:
        findings = COMMANDS[given.command].measure(Given(given.artifacts, given.seed, given))
    except (FeedError, InvalidSettingError, ChildProcessError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    out: Path = given.out or given.artifacts / "report"
    findings.write(out / f"live-{given.command}.json")
    print(findings.table())
    return 0 if findings.kept else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evaluation.loadtest", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, command in COMMANDS.items():
        one = commands.add_parser(name, help=command.about)
        one.add_argument("--artifacts", type=Path, default=Path("artifacts"))
        one.add_argument("--out", type=Path, help="folder for the figures; ARTIFACTS/report")
        one.add_argument("--seed", type=int, default=7)
        command.arguments(one)
    return parser


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # and leave no server behind
    sys.exit(main())
