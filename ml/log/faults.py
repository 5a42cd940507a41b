"""A fault is something wrong with some rows of a table; the rest of it is fine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

EXAMPLES: Final = 3
LONGEST: Final = 60  # characters of an example


@dataclass(frozen=True, slots=True)
class Fault:
    """Which rows, and why. A row at fault through `inherited` is fine in itself, but points to
    one that is not."""

    column: str
    reason: str
    remedy: str
    rows: pl.Series  # (rows of the table,) bool
    inherited: bool = False

    def told(self, raw: pl.DataFrame) -> str:
        """The fault in one line, with the first values as they came."""
        where = self.rows.arg_true().head(EXAMPLES)
        values = raw[self.column][where] if self.column in raw.columns else [None] * len(where)
        first = ", ".join(
            f"row {row + 1}" if value is None else f"{_shown(value)} (row {row + 1})"
            for value, row in zip(values, where, strict=True)
        )
        return (
            f"column {self.column!r}: {self.reason}, in {self.rows.sum():,} of "
            f"{len(self.rows):,} rows, first {first}; {self.remedy}"
        )


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
