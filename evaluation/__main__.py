"""python -m evaluation: how good the current bundle's feed is on what training never saw."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from app.read_settings import read_settings
from app.settings import InvalidSettingError
from evaluation import describe, frontier_command
from evaluation.newcomers import newcomers
from evaluation.offline.evaluate import evaluate
from evaluation.report import (
    document,
    newcomers_table,
    page,
    shapes_report,
    simulation_page,
    simulation_table,
    terminal,
)
from evaluation.report.numbers import Json, written
from evaluation.safety import command as safety
from evaluation.shapes import shapes
from evaluation.shapes.degrade import SHAPES
from evaluation.simulation import simulation
from evaluation.trained_bundle import trained_bundle
from ml import command, threads
from ml.dataset import table_options
from ml.environment import artifacts
from ml.errors import FeedError


def main(
    arguments: Sequence[str] | None = None,
    prog: str = "python -m evaluation",
    wall: Callable[[], float] = time.time,
) -> int:
    """Run one command; 2 where the reader must mend something."""
    given = _parser(prog).parse_args(arguments)
    threads.use_one()
    try:
        if given.command == "describe":
            tables = table_options.read(given.folder, given)
            print(describe.table(describe.describe(tables, given.folder)))
        elif given.command == "simulate":
            _simulate(given, wall)
        elif given.command == "frontier":
            frontier_command.run(given, trained_bundle(given), _folder(given))
        elif given.command == "shapes":
            _shapes(given)
        elif given.command == "safety":
            safety.run(given)
        elif given.command == "newcomers":
            _newcomers(given)
        else:
            _evaluate(given)
    except (FeedError, InvalidSettingError) as error:
        for line in str(error).splitlines():
            print(f"error: {line}", file=sys.stderr)
        return 2
    return 0


def _evaluate(given: argparse.Namespace) -> None:
    trained = trained_bundle(given)
    findings = evaluate(
        trained.data,
        trained.bundle,
        trained.settings,
        tables=trained.tables(given),
        cut=given.cut,
        ablate=not given.no_ablation,
    )
    report = document.document(findings)
    names = ("report", trained.bundle.version)  # promote reads the second
    text = terminal.table(report)
    _save(given, report, page.page(report, _beside(given, "shapes.json")), text, *names)


def _simulate(given: argparse.Namespace, wall: Callable[[], float]) -> None:
    trained = trained_bundle(given)
    wanted = simulation.Wanted(
        policies=tuple(given.policy or ()),
        users=round(given.users * given.scale),
        days=given.days,
        seed=given.seed,
        workers=given.workers,
        stress=given.stress,
    )
    settings = trained.settings.model_copy(update={"bundle": trained.bundle.version})
    report = simulation.run(trained.data, settings, wanted)
    report["world"]["bundle"] = trained.bundle.version
    report["ended_at"] = int(wall())
    _save(given, report, simulation_page.page(report), simulation_table.table(report), "simulation")


def _shapes(given: argparse.Namespace) -> None:
    measured = []
    for one in shapes.measure(given.only or list(SHAPES), read_settings(), given.seed, given.scale):
        print(f"{shapes_report.block(one)}\n", flush=True)
        measured.append(one)
    report = shapes_report.document(measured, given.seed, given.scale)
    _save(given, report, shapes_report.page(report), shapes_report.table(report), "shapes")


def _newcomers(given: argparse.Namespace) -> None:
    trained = trained_bundle(given)
    wanted = newcomers.Wanted(given.known, given.people, given.seed, given.tied)
    measured = []
    tables = trained.tables(given)
    asked = tables, trained.data, trained.bundle, trained.settings
    for one in newcomers.measure(*asked, wanted):
        print(f"{newcomers_table.block(one)}\n", flush=True)
        measured.append(one)
    folder = _folder(given)
    folder.mkdir(parents=True, exist_ok=True)
    report = newcomers_table.document(measured, wanted)
    (found := folder / "newcomers.json").write_text(written(report), encoding="utf-8")
    print(found)


def _save(given: argparse.Namespace, report: Json, html: str, text: str, *names: str) -> None:
    """A page for people under the first name, data for programs under each; print the text."""
    folder = _folder(given)
    folder.mkdir(parents=True, exist_ok=True)
    (page_file := folder / f"{names[0]}.html").write_text(html, encoding="utf-8")
    for name in names:
        aside = folder / f".{name}.json"  # a service may read the one before meanwhile
        aside.write_text(written(report), encoding="utf-8")
        aside.rename(folder / f"{name}.json")
    print(f"{text}\n\n{page_file} and {names[0]}.json")


def _folder(given: argparse.Namespace) -> Path:
    folder: Path = given.out or given.artifacts / "report"
    return folder


def _beside(given: argparse.Namespace, name: str) -> Json | None:
    """A report that was written before; None where there is none."""
    path = _folder(given) / name
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def _parser(prog: str) -> argparse.ArgumentParser:
    parser = command.Parser(prog=prog, description=__doc__.partition(": ")[2])
    parser.set_defaults(command="evaluate")
    parser.add_argument("--data", type=Path, help="folder with the tables; those of the training")
    parser.add_argument("--artifacts", type=Path, default=artifacts(), help="folder of the bundles")
    table_options.add_options(parser)
    parser.add_argument("--bundle", help="its version; the current one if left out")
    parser.add_argument(
        "--cut", type=_instant, help="hold out from this instant on; from the bundle's if left out"
    )
    parser.add_argument("--out", type=Path, help="folder to write to; ARTIFACTS/report if left out")
    parser.add_argument("--no-ablation", action="store_true", help="leave out what takes longest")
    commands = parser.add_subparsers(dest="command")
    tell = commands.add_parser("describe", help="say what a dataset is like")
    tell.add_argument("folder", type=Path)
    table_options.add_options(tell)
    live = commands.add_parser("simulate", help="let the planted world go on, and use the service")
    for option in ("--data", "--artifacts", "--out"):
        live.add_argument(option, type=Path, default=argparse.SUPPRESS)
    live.add_argument(
        "--policy",
        action="append",
        help="such as for_you, for_you:preset=x-2026 or for_you:frozen; may be repeated; all, if "
        "left out",
    )
    live.add_argument("--users", type=int, default=300, help="how many people use the feed (300)")
    live.add_argument("--scale", type=float, default=1.0, help="times so many people")
    live.add_argument("--days", type=float, default=3.0, help="for how long (3)")
    live.add_argument("--seed", type=int, default=7, help="same seed, same figures")
    live.add_argument("--workers", type=int, default=2, help="processes; the figures are the same")
    live.add_argument(
        "--stress",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="let people make trouble as well; by default if all policies are asked",
    )
    frontier_command.add(commands)
    degraded = commands.add_parser("shapes", help="train and measure on data that lacks something")
    degraded.add_argument("--artifacts", type=Path, default=argparse.SUPPRESS)
    degraded.add_argument("--out", type=Path, default=argparse.SUPPRESS)
    degraded.add_argument("--only", action="append", choices=list(SHAPES), help="may be repeated")
    degraded.add_argument("--seed", type=int, default=7, help="of the world, and of training (7)")
    degraded.add_argument("--scale", type=float, default=1.0, help="of the world; 1 is 1,000 users")
    safety.add_options(
        commands.add_parser("safety", help="train a safety model on texts, and judge it")
    )
    joining = commands.add_parser("newcomers", help="ask for people who have done little yet")
    for option in ("--data", "--artifacts", "--out"):
        joining.add_argument(option, type=Path, default=argparse.SUPPRESS)
    joining.add_argument(
        "--known", type=_counts, default=(0, 3, 10), help="actions that are left of each (0,3,10)"
    )
    joining.add_argument("--people", type=int, default=300, help="how many, at most (300)")
    joining.add_argument("--seed", type=int, default=7, help="of who they are, and what is left")
    joining.add_argument(
        "--tied", action="store_true", help="they bring their profile and whom they follow"
    )
    return parser


def _counts(text: str) -> tuple[int, ...]:
    """Numbers from 0, separated by commas."""
    return tuple(sorted({abs(int(one)) for one in text.split(",")}))


def _instant(text: str) -> int:
    """Unix seconds; a time without a zone is taken as UTC."""
    at = datetime.fromisoformat(text)
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())


if __name__ == "__main__":
    command.run(main)
