"""python -m evaluation: how good the current bundle's feed is on what training never saw."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch

from app.settings import InvalidSettingError, read_settings
from evaluation.evaluate import evaluate
from evaluation.report import document, terminal
from ml import bundle
from ml.bundle import Bundle
from ml.errors import BundleError, FeedError


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 2 where the reader must mend something."""
    given = _parser().parse_args(arguments)
    torch.set_num_threads(1)
    try:
        _evaluate(given)
    except (FeedError, InvalidSettingError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _evaluate(given: argparse.Namespace) -> None:
    trained = _bundle(given.artifacts, given.data)
    settings = read_settings().model_copy(
        update={"artifacts": given.artifacts, "data_dir": given.data}
    )
    findings = evaluate(given.data, trained, settings, ablate=not given.no_ablation)
    report = document.document(findings)
    out: Path = given.out or given.artifacts / "report"
    out.mkdir(parents=True, exist_ok=True)
    (out / "report.json").write_text(document.written(report), encoding="utf-8")
    print(terminal.table(report))
    print(f"\n{out / 'report.json'}")


def _bundle(artifacts: Path, data: Path) -> Bundle:
    trained = bundle.load(artifacts)
    if trained is None:
        raise BundleError(
            f"{artifacts} holds no bundle; run python -m ml train --data {data} --out {artifacts}"
        )
    return trained


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evaluation", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("artifacts/data"))
    parser.add_argument("--artifacts", type=Path, default=Path("artifacts"))
    parser.add_argument(
        "--out", type=Path, help="folder for the report; ARTIFACTS/report if left out"
    )
    parser.add_argument("--no-ablation", action="store_true", help="leave out what takes longest")
    return parser


if __name__ == "__main__":
    sys.exit(main())
