"""A sheet is a table on the examiner's desk: as it came, in its declared form, with its faults."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polars as pl

from ml.dataset.violations import Violation
from ml.schema import Table


@dataclass(frozen=True)
class ValidatedTable:
    """One table; `raw` and `frame` have the same rows."""

    table: Table
    path: Path
    raw: pl.DataFrame
    frame: pl.DataFrame
    faults: tuple[Violation, ...]

    def __len__(self) -> int:
        return len(self.raw)

    @property
    def is_csv(self) -> bool:
        """Whether its values came without types."""
        return self.path.suffix == ".csv"

    @cached_property
    def usable(self) -> pl.Series:
        """The rows without a fault."""
        usable = pl.repeat(True, len(self), dtype=pl.Boolean, eager=True)
        for fault in self.faults:
            usable &= ~fault.rows
        return usable

    @cached_property
    def used(self) -> pl.DataFrame:
        """What is left to work with."""
        return self.frame if self.usable.all() else self.frame.filter(self.usable)

    @property
    def lacking(self) -> list[str]:
        """The optional columns that hold nothing."""
        return [
            field.name
            for field in self.table.fields
            if not field.required and self.frame[field.name].null_count() == len(self)
        ]

    @property
    def unknown(self) -> list[str]:
        """The columns that nobody asked for."""
        asked = {field.name for field in self.table.fields}
        return [name for name in self.raw.columns if name not in asked]

    def unblamed(self, column: str) -> pl.Series:
        """The rows in which this column has no fault yet: one fault per value is enough."""
        unblamed = pl.repeat(True, len(self), dtype=pl.Boolean, eager=True)
        for fault in self.faults:
            if fault.column == column:
                unblamed &= ~fault.rows
        return unblamed

    def rejected(self) -> pl.DataFrame:
        """The rows at fault as they came, each with its reasons."""
        reasons = pl.DataFrame(
            [
                pl.select(pl.when(fault.rows).then(pl.lit(f"{fault.column}: {fault.reason}")))
                .to_series()
                .rename(str(n))
                for n, fault in enumerate(self.faults)
            ]
        )
        reason = reasons.select(pl.concat_str(pl.all(), separator="; ", ignore_nulls=True))
        name = "reason"
        while name in self.raw.columns:
            name += "_"
        return self.raw.with_columns(reason.to_series().rename(name)).filter(~self.usable)
