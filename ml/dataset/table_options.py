"""The options of a command that reads tables: a map of other names, and a folder for rejects."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Final

from ml.dataset import rejects, report
from ml.dataset.column_map import ColumnMap
from ml.dataset.tables import Tables
from ml.dataset.validation import Validation, validate
from ml.errors import DataError

REJECTS: Final = "folder for rows that cannot be used; without it the first stops everything"
MAP: Final = "TOML that names the files and columns of the tables, where they have other names"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add both options to those of a command."""
    parser.add_argument("--rejects", type=Path, metavar="DIR", help=REJECTS)
    parser.add_argument("--map", type=Path, metavar="FILE", help=MAP)


def column_map(given: argparse.Namespace) -> ColumnMap | None:
    """The map that was given.

    Raises:
        DataError: it cannot be read.
    """
    return ColumnMap.read(given.map) if given.map else None


def read(folder: Path, given: argparse.Namespace, otherwise: ColumnMap | None = None) -> Tables:
    """The valid rows of the tables; those at fault are set aside where that was asked for.

    Args:
        folder: that holds the tables.
        given: `rejects` and `map`.
        otherwise: the map where none was given.

    Raises:
        DataError: naming every problem, a line each.
    """
    return Tables.of(validated(folder, given, otherwise))


def validated(
    folder: Path, given: argparse.Namespace, otherwise: ColumnMap | None = None
) -> Validation:
    """Tables without an obstacle; rows at fault set aside, and listed, where that was asked for.

    Raises:
        DataError: naming every problem, a line each.
    """
    rejecting = given.rejects is not None
    if rejecting:
        rejects.require_fit(given.rejects)
    found = validate(folder, column_map(given) or otherwise, time.time() if rejecting else None)
    if problems := found.problems(rejecting=rejecting):
        raise DataError("\n".join(problems))
    if rejecting:
        rejects.set_aside(found, given.rejects)
        print(report.account(found), end="\n\n")
        if faults := report.reasons(found):
            print(f"set aside in {given.rejects}:\n{faults}", end="\n\n")
    return found
