"""A table as it was read, in its declared form, and with its violations."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polars as pl

from ml.dataset.column_map import MappedTable
from ml.dataset.violations import Violation
from ml.schema import Table


@dataclass(frozen=True)
class ValidatedTable:
    """One table; `raw` and `frame` have the same rows."""

    schema: Table
    path: Path
    raw: pl.DataFrame
    frame: pl.DataFrame
    violations: tuple[Violation, ...]
    mapped: MappedTable | None = None

    def __len__(self) -> int:
        return len(self.raw)

    @property
    def is_csv(self) -> bool:
        """Whether the table was read from CSV, which has no types."""
        return self.path.suffix == ".csv"

    @cached_property
    def usable(self) -> pl.Series:
        """(rows,) True for rows without a violation."""
        usable = pl.repeat(True, len(self), dtype=pl.Boolean, eager=True)
        for violation in self.violations:
            usable &= ~violation.rows
        return usable

    @cached_property
    def used(self) -> pl.DataFrame:
        """The rows without a violation, in their declared form."""
        return self.frame if self.usable.all() else self.frame.filter(self.usable)

    @property
    def lacking(self) -> list[str]:
        """The optional columns that have no values."""
        return [
            field.name
            for field in self.schema.fields
            if not field.required and self.frame[field.name].null_count() == len(self)
        ]

    @property
    def unused(self) -> list[str]:
        """The columns of its file that were not read."""
        if self.mapped is not None:
            return [name for name in self.mapped.columns if name not in self.mapped.used]
        asked = {field.name for field in self.schema.fields}
        return [name for name in self.raw.columns if name not in asked]

    def message(self, violation: Violation) -> str:
        """A violation in one line, with the rows and the column as the file has them."""
        if self.mapped is None:
            return violation.message(self.raw)
        theirs = self.mapped.theirs.get(violation.column)
        return violation.message(self.raw, self.mapped.numbers, theirs)

    def unblamed(self, column: str) -> pl.Series:
        """(rows,) True where this column has no violation yet: one per value is enough."""
        unblamed = pl.repeat(True, len(self), dtype=pl.Boolean, eager=True)
        for violation in self.violations:
            if violation.column == column:
                unblamed &= ~violation.rows
        return unblamed

    def rejected(self) -> pl.DataFrame:
        """The rejected rows as they were read, each with its reasons."""
        reasons = pl.DataFrame(
            [
                pl.select(
                    pl.when(violation.rows).then(pl.lit(f"{violation.column}: {violation.reason}"))
                )
                .to_series()
                .rename(str(n))
                for n, violation in enumerate(self.violations)
            ]
        )
        reason = reasons.select(pl.concat_str(pl.all(), separator="; ", ignore_nulls=True))
        name = "reason"
        while name in self.raw.columns:
            name += "_"
        return self.raw.with_columns(reason.to_series().rename(name)).filter(~self.usable)
