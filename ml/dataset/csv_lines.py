"""Finds the line of a CSV file at which its rows go wrong."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Final

BLOCK_BYTES: Final = 1 << 20
NEVER_CLOSED: Final = "unexpected end of data"  # as Python's reader calls it


def require_closed_quotes(path: Path, separator: str) -> None:
    """Check that every quoted field ends where its quote does; else it would swallow what follows.

    Raises:
        csv.Error: naming the line at which the row begins.
    """
    if not _has_quotes(path):
        return
    line = 1
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file, delimiter=separator, strict=True)
        try:
            for _ in rows:
                line = rows.line_num + 1
        except csv.Error as error:
            quote = f"the row of line {line} has a double quote that opens a field"
            if NEVER_CLOSED in str(error) or "field limit" in str(error):
                raise csv.Error(f"{quote} and is never closed") from error
            raise csv.Error(
                f"{quote} and is followed by text where it closes; write a quote inside a field "
                f"twice"
            ) from error


def first_ragged(path: Path, separator: str) -> tuple[int, int]:
    """The line of the first row that has more or fewer fields than the header, and how many."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file, delimiter=separator)
        width, line = len(next(rows)), rows.line_num + 1
        for row in rows:
            if row and len(row) != width:
                return line, len(row)
            line = rows.line_num + 1
    return line, width


def _has_quotes(path: Path) -> bool:
    with path.open("rb") as file:
        return any(b'"' in block for block in iter(lambda: file.read(BLOCK_BYTES), b""))
