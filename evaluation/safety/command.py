"""The command `safety`: trains a safety model on texts, and judges it."""

from __future__ import annotations

import argparse
from pathlib import Path

from evaluation.report import safety_table
from evaluation.report.numbers import written
from evaluation.safety import labelled_texts, measure
from ml.training.options import TrainingOptions


def add_options(parser: argparse.ArgumentParser) -> None:
    """What can be given to it."""
    parser.add_argument("--data", type=Path, required=True, help="CSV, TSV or Parquet of texts")
    parser.add_argument("--text", default="text", help="its column of texts (text)")
    parser.add_argument("--label", default="is_toxic", help="its column of labels (is_toxic)")
    parser.add_argument(
        "--on",
        type=Path,
        action="append",
        default=[],
        help="another such file to judge it on; may be repeated",
    )
    parser.add_argument("--folds", type=int, default=5, help="parts held out in turn (5)")
    parser.add_argument("--clean-hidden", type=float, default=0.02, help="of clean texts (0.02)")
    parser.add_argument("--no-disguises", action="store_true", help="judge plain texts only")
    parser.add_argument("--seed", type=int, default=7, help="same seed, same figures")
    parser.add_argument("--out", type=Path, default=argparse.SUPPRESS, help="where to keep figures")


def run(given: argparse.Namespace) -> None:
    """Print the figures, and keep them where that was asked for.

    Raises:
        DataError: a file cannot be used.
    """
    texts, *others = (
        labelled_texts.read(path, given.text, given.label) for path in (given.data, *given.on)
    )
    options = TrainingOptions(seed=given.seed, clean_hidden=given.clean_hidden)
    found = measure.measure(texts, others, given.folds, options, not given.no_disguises)
    print(safety_table.table(found))
    if given.out is not None:
        given.out.mkdir(parents=True, exist_ok=True)
        path = given.out / "safety.json"
        path.write_text(written(safety_table.document(found)), encoding="utf-8")
        print(f"\n{path}")
