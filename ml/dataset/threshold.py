"""A threshold of a column map: `rating >= 4` tells engagements from mere impressions."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from ml.errors import DataError

OPERATORS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "==": operator.eq,
}
FORM: Final = re.compile(r"\s*(?P<column>.+?)\s*(?P<operator>>=|<=|==|>|<)\s*(?P<number>\S+)\s*")


@dataclass(frozen=True, slots=True)
class Threshold:
    """Which rows of a file are engagements."""

    column: str  # theirs
    operator: str
    number: float

    @classmethod
    def parse(cls, text: object) -> Threshold:
        """Parse `COLUMN OPERATOR NUMBER`.

        Raises:
            DataError: it has another form.
        """
        found = FORM.fullmatch(text) if isinstance(text, str) else None
        try:
            if found is not None:
                return cls(found["column"], found["operator"], float(found["number"]))
        except ValueError:
            pass
        raise DataError(
            f"keep = {text!r} is no threshold; expected a column, one of {' '.join(OPERATORS)} "
            f'and a number, as in "rating >= 4"'
        )

    def holds(self, rows: pl.DataFrame, path: Path) -> pl.Series:
        """(rows,) True for engagements.

        Raises:
            DataError: a cell of the column is no number, so that nothing can be compared.
        """
        column = rows[self.column]
        if column.dtype.is_numeric() or column.dtype == pl.String:
            numbers = column.cast(pl.Float64, strict=False).fill_nan(None)
        else:
            numbers = pl.repeat(None, len(rows), dtype=pl.Float64, eager=True)
        if numbers.null_count():
            row = int(numbers.is_null().arg_max() or 0)
            raise DataError(
                f"{path}: column {self.column!r}: {column[row]!r} (row {row + 1}) is no number, in "
                f"{numbers.null_count():,} of {len(rows):,} rows; keep compares it with "
                f"{self.number:g}"
            )
        kept: pl.Series = OPERATORS[self.operator](numbers, self.number)
        return kept
