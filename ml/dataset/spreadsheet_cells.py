"""Cells that spreadsheets and data frames write in place of an id, a list or a missing value."""

from __future__ import annotations

from typing import Final, NamedTuple

import polars as pl

MISSING_WORDS: Final = ("nan", "NaN", "None", "null", "NULL", "<NA>", "N/A", "NaT", "nil")
DECIMAL: Final = r"^[+-]?(\d+\.0*|\d(\.\d+)?[eE][+-]?\d+)$"  # 101.0 and 1.01e+02
BRACKETED: Final = r"^\s*(\[[\s\S]*\]|\{[\s\S]*\})\s*$"


class Misreading(NamedTuple):
    """What some cells are instead of what they could be read as, and which."""

    reason: str
    remedy: str
    rows: pl.Series  # (rows,) bool


def of_ids(column: pl.Series) -> list[Misreading]:
    """The cells of a column of text that stand for another id, or for none."""
    if column.dtype != pl.String:
        return []
    return [
        Misreading(
            "a decimal number, as a column of integers with gaps becomes",
            "write whole numbers (in pandas as Int64)",
            column.str.contains(DECIMAL).fill_null(False),
        ),
        Misreading("a missing value written as text", "leave it empty", missing(column)),
    ]


def without(column: pl.Series) -> pl.Series:
    """A column of ids in text, with null for cells that stand for something else."""
    for misreading in of_ids(column):
        column = column.set(misreading.rows, None)
    return column


def missing(column: pl.Series) -> pl.Series:
    """(rows,) True for cells that name a missing value."""
    return column.is_in(MISSING_WORDS).fill_null(False)


def bracketed(column: pl.Series) -> pl.Series:
    """(rows,) True for lists as JSON, Python and databases write them."""
    return column.str.contains(BRACKETED).fill_null(False)
