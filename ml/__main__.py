"""python -m ml: check tables, train, list and promote bundles."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path

from ml import bundle, command, memory, threads
from ml.bundle import community_list, promotion_check, training_source
from ml.dataset import report, table_options, tables
from ml.environment import artifacts
from ml.errors import BundleError, FeedError, LogError
from ml.event_log.open_log import is_url, open_log
from ml.event_log.port import EventLog
from ml.training import train
from ml.training.enough import require_enough
from ml.training.freshness import reason_to_train
from ml.training.options import TrainingOptions

MOST_PROCESSES = 64
FEWEST_ROWS = 10_000
OUT = "folder for the models and the state; FORYOU_ARTIFACTS, or artifacts, if left out"


def main(arguments: Sequence[str] | None = None, prog: str = "python -m ml") -> int:
    """Run one command; 2 where the reader must mend something."""
    given = _parser(prog).parse_args(arguments)
    threads.use_one()
    try:
        if given.command == "train":
            _train(given)
        elif given.command == "check":
            _check(given)
        elif given.command == "promote":
            _promote(given)
        elif given.command == "log":
            _copy_log(given.source, given.target)
        elif given.command == "communities":
            _communities(given)
        else:
            _list(given.artifacts)
    except FeedError as error:
        for line in str(error).splitlines():
            print(f"error: {line}", file=sys.stderr)
        return 2
    return 0


def _train(given: argparse.Namespace) -> None:
    if given.if_needed:
        column_map = table_options.column_map(given)
        reason = reason_to_train(given.data, given.artifacts, column_map)
        if reason is None:
            print(f"the bundle in {given.artifacts} is up to date with {given.data}")
            return
        print(f"training on {given.data}, for {reason}")
    memory.collect_seldom()
    options = TrainingOptions(
        holdout=given.holdout,
        seed=given.seed,
        clean_hidden=given.clean_hidden,
        nsfw_rate=given.nsfw_rate,
        toxicity_rate=given.toxicity_rate,
        ranker_rows=given.ranker_rows,
        processes=given.processes,
    )
    read = partial(table_options.read, given=given) if given.rejects or given.map else tables.read
    with ExitStack() as stack:
        log = stack.enter_context(closing(_log(given.from_log))) if given.from_log else None
        version = train.train(given.data, given.artifacts, options, read, log)
    trained = bundle.load(given.artifacts)
    assert trained is not None
    print(f"bundle {version}: {sum(trained.manifest.parameters.values()):,} parameters")
    drawn = "impressions" in trained.manifest.missing  # and so were negatives: no AUC to print
    for name, card in trained.manifest.heads.items():
        auc = "" if drawn else f"AUC {card.metrics['auc']:.3f} on later rows   "
        print(f"  {name:<11} mean {card.mean:.4f}   {auc}{card.positives:,} examples")
    for name, safety in trained.manifest.safety.items():
        print(
            f"  {name:<11} AUC {safety.auc:.3f}   hides {safety.harmful_hidden:.1%} of harmful and "
            f"{safety.clean_hidden:.1%} [{safety.clean_hidden_low:.1%}, "
            f"{safety.clean_hidden_high:.1%}] of clean tweets"
        )
    if trained.manifest.missing:
        print(f"  not in the data: {', '.join(trained.manifest.missing)}")
    for note in trained.manifest.notes:
        print(f"  note: {note}")


def _log(location: str) -> EventLog:
    """The log that somebody wrote; a new one would teach nothing."""
    if not is_url(location) and not Path(location).is_file():
        raise LogError(f"there is no event log {location}; expected what FORYOU_LOG names")
    return open_log(location)


def _copy_log(source: Path, target: str) -> None:
    """Move a log from a file into a database."""
    if not is_url(target):
        raise LogError(f"{target} is no database; expected a URL like postgresql://user@host/name")
    from ml.event_log.log_copy import copy_log  # imports the driver, an extra

    print(f"{copy_log(source, target):,} records copied, all as written; set FORYOU_LOG to the URL")


def _check(given: argparse.Namespace) -> None:
    """Say what is there, and last whether it is enough to train on."""
    found = table_options.validated(given.data, given)
    print(report.summary(found, time.time()), flush=True)
    used = tables.Tables.of(found)
    require_enough(given.data, used, train.cut_of(used, TrainingOptions().holdout))


def _promote(given: argparse.Namespace) -> None:
    bundle.check_there(given.artifacts, given.version)
    if not given.anyway:
        promotion_check.check_promotion(
            given.artifacts, given.version, bundle.current(given.artifacts)
        )
    bundle.promote(given.artifacts, given.version)


def _communities(given: argparse.Namespace) -> None:
    for line in community_list.lines(community_list.of_current(given.artifacts, given.members)):
        print(line)


def _list(folder: Path) -> None:
    versions = bundle.versions(folder)
    if not versions:
        raise BundleError(f"{folder} holds no bundle; run foryou train --data DIR --out {folder}")
    for version in versions:
        source = training_source.read(folder / version)
        trained_on = f"  trained on {source}" if source else ""
        print(f"{'*' if version == bundle.current(folder) else ' '} {version}{trained_on}")


def _parser(prog: str) -> argparse.ArgumentParser:
    parser = command.Parser(prog=prog, description=__doc__.partition(": ")[2])
    commands = parser.add_subparsers(dest="command", required=True)
    train = commands.add_parser("train", help="train on a dataset and publish a bundle")
    train.add_argument("--data", type=Path, required=True, help="folder with the tables")
    table_options.add_options(train)
    train.add_argument(
        "--out", dest="artifacts", type=Path, default=artifacts(), help=OUT, metavar="DIR"
    )
    train.add_argument("--holdout", type=_share, default=0.2, help="last share kept for testing")
    train.add_argument("--seed", type=int, default=7)
    train.add_argument(
        "--ranker-rows",
        type=_rows,
        default=TrainingOptions().ranker_rows,
        help="impressions that the ranker learns from, at most; of more, whole visits are drawn",
    )
    train.add_argument(
        "--processes", type=_count, default=1, help="that share the work; the models are the same"
    )
    train.add_argument(
        "--clean-hidden",
        type=_share,
        default=TrainingOptions().clean_hidden,
        help="the share of clean tweets that a safety model may hide",
    )
    for label in ("nsfw", "toxicity"):
        train.add_argument(
            f"--{label}-rate",
            type=_rate,
            help="the share of such tweets where it serves; estimated if left out",
        )
    train.add_argument(
        "--force", action="store_true", help="serve it even if foryou train finds a better policy"
    )
    either = train.add_mutually_exclusive_group()
    either.add_argument(
        "--from-log", metavar="LOG", help="learn from what this event log says, too"
    )
    either.add_argument(
        "--if-needed", action="store_true", help="only if the data or the features changed"
    )
    check = commands.add_parser("check", help="say what is in a dataset, and what is wrong with it")
    check.add_argument("data", type=Path, help="folder with the tables")
    table_options.add_options(check)
    promote = commands.add_parser(
        "promote", help="make a bundle the current one, unless it is worse"
    )
    promote.add_argument("version")
    promote.add_argument(
        "--anyway", action="store_true", help="whatever the reports of the evaluation say"
    )
    promote.add_argument("--artifacts", type=Path, default=artifacts())
    log = commands.add_parser("log", help="copy an event log into Postgres")
    log.add_argument("what", choices=["copy"])
    log.add_argument("source", type=Path, help="the file of the log")
    log.add_argument("target", help="the URL of an empty database")
    communities = commands.add_parser(
        "communities", help="list the learned communities: who is best known there, and topics"
    )
    communities.add_argument("--members", type=int, default=5, help="how many to name of each")
    communities.add_argument("--artifacts", type=Path, default=artifacts())
    bundles = commands.add_parser("bundles", help="list the bundles")
    bundles.add_argument("--artifacts", type=Path, default=artifacts())
    return parser


def _share(text: str) -> float:
    share = float(text)
    if not 0 <= share < 0.6:
        raise argparse.ArgumentTypeError(f"{text} is not in 0–0.6")
    return share


def _count(text: str) -> int:
    count = int(text)
    if not 1 <= count <= MOST_PROCESSES:
        raise argparse.ArgumentTypeError(f"{text} is not in 1–{MOST_PROCESSES}")
    return count


def _rows(text: str) -> int:
    rows = int(text)
    if rows < FEWEST_ROWS:
        raise argparse.ArgumentTypeError(f"{text} is less than {FEWEST_ROWS:,}")
    return rows


def _rate(text: str) -> float:
    rate = float(text)
    if not 0 < rate < 1:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 1")
    return rate


if __name__ == "__main__":
    command.run(main)
