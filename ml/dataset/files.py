"""Finds and reads the file of each table, Parquet or CSV."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import polars as pl
import pyarrow as pa
from pyarrow import csv as arrow_csv
from pyarrow import parquet

from ml.dataset import csv_lines
from ml.errors import DataError
from ml.schema import TABLES, Table

SUFFIXES: Final = (".parquet", ".csv")
SEPARATORS: Final = (";", "\t")  # besides the comma
pa.set_memory_pool(pa.system_memory_pool())  # Arrow's own keeps what is freed
UNREADABLE: Final = (
    OSError,
    UnicodeDecodeError,
    csv.Error,
    pa.ArrowException,
    pl.exceptions.PolarsError,
    pl.exceptions.PanicException,
)


def find(directory: Path, table: Table) -> Path | None:
    """Find the file of a table; None where an optional table is absent.

    Raises:
        DataError: a required table is absent, or two files could be meant.
    """
    if not directory.is_dir():
        raise DataError(
            f"{directory} is not a directory; expected a folder with users.parquet, "
            f"tweets.parquet and interactions.parquet (or .csv)"
        )
    paths = [directory / f"{table.name}{suffix}" for suffix in SUFFIXES]
    try:
        found = [path for path in paths if path.exists()]
    except OSError as error:
        raise DataError(f"{directory} cannot be read: {error.strerror}") from error
    if len(found) > 1:
        raise DataError(
            f"{directory} has both {found[0].name} and {found[1].name}; remove the one that is "
            f"not meant"
        )
    if found and not found[0].is_file():
        raise DataError(f"{found[0]} is not a file; expected one file per table")
    if not found and table.required:
        raise DataError(
            f"{directory} has no {table.name}.parquet and no {table.name}.csv; "
            f"this table is required, with the columns "
            + ", ".join(field.name for field in table.fields if field.required)
            + "; where files have other names, check and train take a column map (--map)"
        )
    return found[0] if found else None


def load(path: Path) -> pl.DataFrame:
    """Read a file unchanged; the columns of a CSV are text, with null for empty fields.

    Raises:
        DataError: the file cannot be read as the format that its suffix names.
    """
    try:
        return _load_csv(path) if path.suffix == ".csv" else _load_parquet(path)
    except UNREADABLE as error:
        remedy = "save it as UTF-8, with a header" if path.suffix == ".csv" else "write it again"
        raise DataError(
            f"{path} cannot be read as {path.suffix[1:]}: {_reason(error)}; {remedy}"
        ) from error


def fingerprint(directory: Path) -> str:
    """A hash of the tables' files: the same data, the same fingerprint.

    Raises:
        DataError: a required table is absent, or a file cannot be read.
    """
    found = ((table.name, find(directory, table)) for table in TABLES)
    return hash_of(found).hexdigest()[:16]


def hash_of(found: Iterable[tuple[str, Path | None]]) -> hashlib._Hash:
    """A hash of some files, each by a name; those that are None are left out.

    Raises:
        DataError: a file cannot be read.
    """
    digest = hashlib.sha256()
    for name, path in found:
        if path is None:
            continue
        try:
            with path.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").digest()
        except OSError as error:
            raise DataError(f"{path} cannot be read: {error.strerror}") from error
        digest.update(name.encode() + b"\0" + content)
    return digest


def separator(path: Path) -> str:
    """What separates the fields of a CSV: a comma, unless its header has none and has another."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file), [])
    if len(header) != 1:
        return ","
    return max(SEPARATORS, key=header[0].count) if set(header[0]) & {*SEPARATORS} else ","


def _load_parquet(path: Path) -> pl.DataFrame:
    """Read Parquet with Arrow, because polars panics on damage and prints even a caught panic."""
    with parquet.ParquetFile(path) as file:
        table = file.read(use_threads=False).replace_schema_metadata(None)
    table.validate(full=True)
    return pl.DataFrame(pl.from_arrow(table))


def _reason(error: BaseException) -> str:
    """The first line of an error, without characters that a terminal cannot print."""
    first = (str(error).strip() or type(error).__name__).splitlines()[0]
    return " ".join("".join(c if c.isprintable() else " " for c in first).split()).rstrip(".")


def _load_csv(path: Path) -> pl.DataFrame:
    """Read CSV with Arrow, because it reports which line is shorter than the header."""
    delimiter = separator(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file, delimiter=delimiter), [])
    csv_lines.require_closed_quotes(path, delimiter)
    ragged: list[arrow_csv.InvalidRow] = []

    def skip(row: arrow_csv.InvalidRow) -> str:
        ragged.append(row)
        return "skip"

    table = arrow_csv.read_csv(
        path,
        read_options=arrow_csv.ReadOptions(use_threads=False),
        parse_options=arrow_csv.ParseOptions(
            delimiter=delimiter,
            newlines_in_values=True,
            ignore_empty_lines=len(header) > 1,  # in one column, an empty line is a null
            invalid_row_handler=skip,
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(header, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
    if ragged:
        line, fields = csv_lines.first_ragged(path, delimiter)
        raise csv.Error(
            f"{len(ragged)} of its lines have more or fewer fields than the header's "
            f"{len(header)}, first line {line} with {fields}; fields are separated by "
            f"{delimiter!r}, and a field that holds one stands in double quotes"
        )
    return pl.DataFrame(pl.from_arrow(table))
