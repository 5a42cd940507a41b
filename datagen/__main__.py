"""Plant a world: python -m datagen --out artifacts/data --seed 7 --scale 1."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from datagen.generate import generate
from datagen.parameters import UNTIL, Parameters
from datagen.write import write
from ml import command
from ml.progress import tracked


def main(arguments: Sequence[str] | None = None) -> int:
    """Write a world; the exit status is 0 when it is written and 2 when it cannot be."""
    options = _parser().parse_args(arguments)
    parameters = Parameters(options.seed, options.scale, options.until)
    try:
        options.out.mkdir(parents=True, exist_ok=True)
        tables, world = generate(parameters, _progress)
        write(options.out, tables, world)
    except OSError as error:
        print(f"datagen: cannot write {options.out}: {error.strerror}", file=sys.stderr)
        return 2
    sizes = ", ".join(f"{table.height:,} {name}" for name, table in tables.items())
    print(f"{options.out}: {sizes}")
    return 0


class _Parser(argparse.ArgumentParser):
    """An argument parser that reports an error in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"datagen: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="datagen", description="Plant a synthetic world whose truth is known.")
    parser.add_argument("--out", type=Path, required=True, help="folder for the tables")
    parser.add_argument("--seed", type=_seed, default=7, help="same seed, same bytes")
    parser.add_argument("--scale", type=_scale, default=1.0, help="1 is 1,000 users")
    parser.add_argument("--until", type=_instant, default=UNTIL, help=f"last instant ({UNTIL})")
    return parser


def _seed(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"expected a whole number from 0, got {text!r}")
    return int(text)


def _scale(text: str) -> float:
    try:
        scale = float(text)
    except ValueError:
        scale = 0.0
    if not 0.01 <= scale <= 100:
        raise argparse.ArgumentTypeError(f"expected a number from 0.01 to 100, got {text!r}")
    return scale


def _instant(text: str) -> int:
    """Unix seconds; a time without a zone is taken as UTC."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = datetime.min
    if not 1980 <= at.year <= 2200:
        message = f"expected a time from 1980 to 2200 like {UNTIL}, got {text!r}"
        raise argparse.ArgumentTypeError(message)
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())


def _progress(hours: Sequence[int]) -> Iterable[int]:
    """The hours of the world, with progress shown."""
    return tracked(hours, "behaviour", "hours")


if __name__ == "__main__":
    command.run(main)
