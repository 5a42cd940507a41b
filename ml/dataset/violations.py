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

    def message(self, raw: pl.DataFrame) -> str:
        """The violation in one line, with the first values as they were read."""
        where = self.rows.arg_true().head(EXAMPLES)
        values = _examples(raw, self.column, where)
        first = ", ".join(
            f"row {row + 1}" if value is None else f"{_shown(value)} (row {row + 1})"
            for value, row in zip(values, where, strict=True)
        )
        return (
            f"column {self.column!r}: {self.reason}, in {self.rows.sum():,} of "
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
