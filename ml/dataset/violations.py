"""A violation of the schema by some rows of a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from ml.dataset.times import as_seconds

EXAMPLES: Final = 3
LONGEST: Final = 60  # characters of an example


@dataclass(frozen=True, slots=True)
class Violation:
    """Which rows violate the schema, and why. Rows of an `inherited` violation are valid by
    themselves, but refer to a row that is not."""

    column: str
    reason: str
    remedy: str
    rows: pl.Series  # (rows of the table,) bool
    inherited: bool = False

    def message(
        self, raw: pl.DataFrame, numbers: pl.Series | None = None, theirs: str | None = None
    ) -> str:
        """The violation in one line, with the first values as they were read.

        Args:
            raw: the table as it was read.
            numbers: (rows,) the rows of the file, where not all are in the table.
            theirs: the name of the column in the file, where it has another.
        """
        where = self.rows.arg_true().head(EXAMPLES)
        values = _examples(raw, self.column, where)
        rows = where + 1 if numbers is None else numbers[where]
        first = ", ".join(
            f"row {row}" if value is None else f"{_shown(value)} (row {row})"
            for value, row in zip(values, rows, strict=True)
        )
        name = repr(self.column) if theirs is None else f"{self.column!r} ({theirs!r} there)"
        return (
            f"column {name}: {self.reason}, in {self.rows.sum():,} of "
            f"{len(self.rows):,} rows, first {first}; {self.remedy}"
        )


def _examples(raw: pl.DataFrame, column: str, where: pl.Series) -> list[object]:
    if column not in raw.columns:
        return [None] * len(where)
    values = raw[column][where]
    if values.dtype == pl.Datetime:  # which may be beyond what Python has a date for
        values = as_seconds(values)
    return values.to_list()


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
