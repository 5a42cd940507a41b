"""A fault is something wrong with some rows of a table; the rest of it is fine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

EXAMPLES: Final = 3


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
        values = raw[self.column][where] if self.column in raw.columns else where.clear()
        named = [_shown(value) for value in values] or [""] * len(where)
        first = ", ".join(
            f"{value} (row {row + 1})".strip() for value, row in zip(named, where, strict=True)
        )
        return (
            f"column {self.column!r}: {self.reason} in {self.rows.sum():,} of {len(self.rows):,} "
            f"rows, first {first}; {self.remedy}"
        )


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
