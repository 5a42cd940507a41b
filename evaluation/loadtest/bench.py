"""python -m evaluation.loadtest.bench: the service beside a bare route, on this machine, now."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from evaluation.loadtest.benchmark import Plan, bench
from evaluation.loadtest.benchmark_table import table
from ml import bundle, command
from ml.errors import BundleError, FeedError


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 2 where the reader must mend something."""
    given = _parser().parse_args(arguments)
    try:
        figures = bench(_plan(given))
    except (FeedError, ChildProcessError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(table(figures))
    out: Path = given.out or given.artifacts / "report"
    out.mkdir(parents=True, exist_ok=True)
    (out / "bench.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(f"\n{out / 'bench.json'}")
    return 0


def _plan(given: argparse.Namespace) -> Plan:
    state = bundle.load_state(given.artifacts)
    if state is None:
        raise BundleError(f"{given.artifacts} holds no state; run python -m ml train")
    return Plan(
        artifacts=given.artifacts,
        users=state.users.ids.all_ids()[: given.users].to_list(),
        requests=given.requests,
        connections=given.connections,
        rounds=given.rounds,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m evaluation.loadtest.bench", description=__doc__
    )
    parser.add_argument("--artifacts", type=Path, default=Path("artifacts"))
    parser.add_argument("--out", type=Path, help="folder for the figures; ARTIFACTS/report")
    parser.add_argument("--users", type=int, default=1_000, help="the first so many are asked")
    parser.add_argument("--requests", type=int, default=3_000, help="many at once, per round")
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    return parser


if __name__ == "__main__":
    command.run(main)
