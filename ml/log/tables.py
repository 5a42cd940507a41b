"""The imported tables, read from disk and brought into one form."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from ml.errors import DataError
from ml.log.columns import normalise
from ml.schema import TABLES, Kind, Table

SUFFIXES: Final = (".parquet", ".csv")


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


def read(directory: Path) -> Tables:
    """Read a dataset.

    Raises:
        DataError: a file or column is missing, unreadable or of the wrong type.
    """
    if not directory.is_dir():
        raise DataError(
            f"{directory} is not a directory; expected a folder with users.parquet, "
            f"tweets.parquet and interactions.parquet (or .csv)"
        )
    frames: dict[str, pl.DataFrame] = {}
    missing: list[str] = []
    for table in TABLES:
        path = _find(directory, table)
        raw = _empty(table) if path is None else _read_file(path)
        if path is None:
            missing.append(table.name)
        frames[table.name], lacking = normalise(raw, table, path or directory / table.name)
        if path is not None:
            missing += [f"{table.name}.{column}" for column in lacking]
    return Tables(**frames, missing=tuple(missing), fingerprint=fingerprint(directory))


def fingerprint(directory: Path) -> str:
    """A hash of the tables' files: the same data, the same fingerprint."""
    digest = hashlib.sha256()
    for table in TABLES:
        path = _find(directory, table)
        if path is not None:
            digest.update(table.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _find(directory: Path, table: Table) -> Path | None:
    for suffix in SUFFIXES:
        path = directory / f"{table.name}{suffix}"
        if path.exists():
            return path
    if table.required:
        raise DataError(
            f"{directory} has no {table.name}.parquet and no {table.name}.csv; "
            f"this table is required, with the columns "
            + ", ".join(field.name for field in table.fields if field.required)
        )
    return None


def _read_file(path: Path) -> pl.DataFrame:
    try:
        if path.suffix == ".csv":
            return pl.read_csv(path, infer_schema=False)
        return pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise DataError(f"{path} cannot be read as {path.suffix[1:]}: {reason}") from error


def _empty(table: Table) -> pl.DataFrame:
    required = (field for field in table.fields if field.required)
    return pl.DataFrame(
        schema={f.name: pl.Int64 if f.kind is Kind.ID else pl.String for f in required}
    )
