"""The imported tables, read from disk and converted to the schema."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from ml.dataset import files
from ml.dataset.coercion import dtype
from ml.dataset.column_map import ColumnMap
from ml.dataset.validation import Validation, validate
from ml.errors import DataError
from ml.schema import TABLES


@dataclass(frozen=True, slots=True)
class Tables:
    """All tables with all declared columns: ids int64 or string, times int64 unix seconds, flags
    boolean, words lists. Columns that the data lacks are null, and named in `missing`."""

    users: pl.DataFrame
    tweets: pl.DataFrame
    follows: pl.DataFrame
    interactions: pl.DataFrame
    impressions: pl.DataFrame
    missing: tuple[str, ...]
    fingerprint: str
    column_map: ColumnMap | None = None
    rejected_at: float | None = None  # unix seconds; None where no row was set aside

    @property
    def has_times(self) -> bool:
        """Whether interactions have times."""
        return self.interactions["created_at"].null_count() < len(self.interactions)

    @property
    def has_split(self) -> bool:
        """Whether the data has a split into training and test interactions."""
        return "test" in self.interactions["split"]

    def without_events(self) -> Tables:
        """What was written, and when people acted: all else is large, and is events by now."""
        return replace(
            self,
            follows=self.follows.clear(),
            interactions=self.interactions.select("created_at", "split"),
            impressions=self.impressions.clear(),
        )

    def without_rows(self) -> Tables:
        """The columns, and what is known of the data as a whole."""
        return replace(self, **{table.name: getattr(self, table.name).clear() for table in TABLES})

    @classmethod
    def of(cls, validation: Validation) -> Tables:
        """The valid rows of a validation, whose obstacles the caller has checked."""
        frames = {
            table.name: validation.tables[table.name].used
            if table.name in validation.tables
            else pl.DataFrame(schema={f.name: dtype(f, validation.ids) for f in table.fields})
            for table in TABLES
        }
        column_map = validation.column_map
        return cls(
            **frames,
            missing=validation.missing,
            fingerprint=fingerprint(validation.directory, column_map),
            column_map=column_map,
            rejected_at=validation.now,
        )


def fingerprint(directory: Path, column_map: ColumnMap | None = None) -> str:
    """A hash of the tables' files, and of the map: the same data, the same fingerprint.

    Raises:
        DataError: a required table is absent, or a file cannot be read.
    """
    return column_map.fingerprint(directory) if column_map else files.fingerprint(directory)


def read(directory: Path) -> Tables:
    """Read a dataset in which every row can be used.

    Raises:
        DataError: naming the first problem: file, column, how many rows, examples, the remedy.
    """
    found = validate(directory)
    if problems := found.problems(rejecting=False):
        others = len(problems) - 1
        more = f" ({others} more: see foryou check {directory})" if others else ""
        raise DataError(problems[0] + more)
    return Tables.of(found)
