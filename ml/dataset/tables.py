"""The imported tables, read from disk and brought into one form."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from ml.dataset.coercion import dtype
from ml.dataset.files import fingerprint as fingerprint
from ml.dataset.validation import Validation, survey
from ml.errors import DataError
from ml.schema import TABLES


@dataclass(frozen=True, slots=True)
class Tables:
    """Every declared column exists in every table: ids int64 or string, times int64 unix seconds,
    flags boolean, words lists; what the data lacks is null, and named in `missing`."""

    users: pl.DataFrame
    tweets: pl.DataFrame
    follows: pl.DataFrame
    interactions: pl.DataFrame
    impressions: pl.DataFrame
    missing: tuple[str, ...]
    fingerprint: str

    @property
    def has_times(self) -> bool:
        """Whether interactions can be put in order."""
        return self.interactions["created_at"].null_count() < len(self.interactions)

    @property
    def has_split(self) -> bool:
        """Whether the data itself says which interactions are for testing."""
        return "test" in self.interactions["split"]

    @classmethod
    def of(cls, survey: Validation) -> Tables:
        """The rows that a survey found no fault with; its obstacles are the caller's to heed."""
        frames = {
            table.name: survey.sheets[table.name].used
            if table.name in survey.sheets
            else pl.DataFrame(schema={f.name: dtype(f, survey.ids) for f in table.fields})
            for table in TABLES
        }
        return cls(**frames, missing=survey.missing, fingerprint=fingerprint(survey.directory))


def read(directory: Path) -> Tables:
    """Read a dataset in which every row can be used.

    Raises:
        DataError: naming the first problem: file, column, how many rows, examples, the remedy.
    """
    found = survey(directory)
    if problems := found.problems(rejecting=False):
        others = len(problems) - 1
        more = f" ({others} more: see python -m ml check {directory})" if others else ""
        raise DataError(problems[0] + more)
    return Tables.of(found)
