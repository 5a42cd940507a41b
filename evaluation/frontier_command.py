"""python -m evaluation frontier: what the rules of the feed buy under each budget."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from evaluation.offline.frontier import frontier
from evaluation.report import frontier_report
from evaluation.report.numbers import written
from evaluation.trained_bundle import TrainedBundle


def add(commands: Any) -> None:  # argparse has no public name for its subparsers
    """The command and its options."""
    budgets = commands.add_parser("frontier", help="say what rules buy under each budget")
    for option in ("--data", "--artifacts", "--out"):
        budgets.add_argument(option, type=Path, default=argparse.SUPPRESS)
    budgets.add_argument("--visits", type=int, default=3_000, help="at most so many (3,000)")


def run(given: argparse.Namespace, trained: TrainedBundle, folder: Path) -> None:
    """Print the table; write the plot and the figures."""
    tables = trained.tables(given)
    points = frontier(tables, trained.data, trained.bundle, trained.settings, given.visits)
    folder.mkdir(parents=True, exist_ok=True)
    (plot := folder / "frontier.svg").write_text(frontier_report.plot(points), encoding="utf-8")
    report = written(frontier_report.document(points))
    (folder / "frontier.json").write_text(report, encoding="utf-8")
    print(f"{frontier_report.table(points)}\n\n{plot} and frontier.json")
