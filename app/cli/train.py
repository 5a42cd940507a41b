"""Train, compare the product with simple policies, and compile all that serving will call."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from app.read_settings import read_settings
from app.serving.warm_up import warm_up
from app.settings import InvalidSettingError, Settings
from evaluation.offline.leaderboard import leaderboard
from evaluation.report import leaderboard_table
from ml import __main__ as ml
from ml import bundle, kernel_folder, kernels, memory
from ml.bundle import Bundle
from ml.bundle import leaderboard as leaderboards
from ml.bundle.disk import CURRENT
from ml.bundle.leaderboard import Leaderboard
from ml.dataset import table_options
from ml.dataset.tables import Tables
from ml.dataset.validation import validate
from ml.environment import artifacts
from ml.errors import BundleError
from ml.event_log.open_log import open_log
from ml.event_log.to_tables import with_log


def main(arguments: Sequence[str], prog: str = "foryou train") -> int:
    """Run `python -m ml train` with these arguments, and keep the bundle before it the current one
    where the new one loses to a simple policy (1); 2 where the reader must mend something."""
    try:
        settings = read_settings()
    except InvalidSettingError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    given = _parser().parse_known_args(arguments)[0]
    stamp, before = _published(given.out), _before(given.out)
    code = ml.main(["train", *arguments], prog.removesuffix(" train"))
    trained = bundle.load(given.out) if code == 0 else None
    if trained is None or _published(given.out) == stamp:
        return code
    code = _judge(given, trained, settings, before)
    warm = warm_up(settings, bundle.load(given.out))
    folder = kernels.directory()
    if folder is not None:
        kernel_folder.keep(folder, given.out)
    print(f"{warm.ready} kernels ready, {warm.compiled} compiled in {warm.seconds:.1f} s of CPU")
    return code


def _judge(
    given: argparse.Namespace,
    trained: Bundle,
    settings: Settings,
    before: tuple[str | None, str | None],
) -> int:
    """Write the leaderboard beside the bundle, print it, and act on it."""
    memory.give_back()  # what the training took
    found = leaderboard(trained, _tables(given), given.data, settings)
    leaderboards.write(given.out, trained.version, found)
    print(f"\n{leaderboard_table.table(found)}")
    if not found.lost_to or given.force:
        return 0
    served, earlier = before
    if served is None or served == trained.version:
        print("note: it serves all the same, since there is no bundle before it", file=sys.stderr)
        return 0
    bundle.restore(given.out, served, earlier)
    print(_refusal(found, trained.version, served), file=sys.stderr)
    return 1


def _refusal(found: Leaderboard, version: str, before: str) -> str:
    return (
        f"error: bundle {version} is not promoted, {before} stays the current one: "
        f"{leaderboard_table.verdict(found)}; run the training with --force, or foryou promote "
        f"{version} --anyway"
    )


def _tables(given: argparse.Namespace) -> Tables:
    """What training saw."""
    rejecting = time.time() if given.rejects else None  # the training has set them aside
    tables = Tables.of(validate(given.data, table_options.column_map(given), rejecting))
    if given.from_log is None:
        return tables
    with closing(open_log(given.from_log)) as log:
        return with_log(tables, log)


def _before(artifacts: Path) -> tuple[str | None, str | None]:
    """The current bundle, where this code can serve it, and the one before it."""
    try:
        bundle.load(artifacts)
        return bundle.pointers(artifacts)
    except BundleError:
        return None, None


def _parser() -> argparse.ArgumentParser:
    """Those options of `python -m ml train` that matter here."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--out", type=Path, default=artifacts())
    table_options.add_options(parser)
    parser.add_argument("--from-log")
    parser.add_argument("--force", action="store_true")
    return parser


def _published(artifacts: Path) -> int:
    """When a bundle was published there, as far as it matters: another time is another training."""
    pointer = artifacts / CURRENT
    return pointer.stat().st_mtime_ns if pointer.exists() else 0
