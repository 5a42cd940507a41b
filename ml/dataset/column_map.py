"""A column map: a TOML file that says which of other people's columns is which of ours."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, TypeGuard

import polars as pl

from ml.dataset import files
from ml.dataset.renamed_values import OURS, parsed, renamed
from ml.dataset.threshold import Threshold
from ml.errors import DataError
from ml.schema import TABLES, Kind, Table

LABELS: Final = {kind: OURS[kind] or () for kind in (Kind.ACTION, Kind.SPLIT)}
FORMS: Final = '"THEIRS", { column = "THEIRS", values = { THEIRS = OURS } } or { constant = … }'
KEYS: Final = {"users": "user_id", "tweets": "tweet_id"}
SEEN: Final = ("user_id", "tweet_id", "created_at", "split")  # of a row that is an impression
ROW: Final = "\0row"  # no column of theirs
Cell = str | int | float | bool | date | list[str]


@dataclass(frozen=True, slots=True)
class MappedTable:
    """A file as one of our tables, and of which of its rows and columns it was made."""

    path: Path
    frame: pl.DataFrame  # under our names
    numbers: pl.Series  # (rows,) of the rows in the file, from 1
    theirs: Mapping[str, str]  # our name: theirs
    used: frozenset[str]  # their columns that were read
    columns: tuple[str, ...]  # their columns
    shown: pl.DataFrame | None  # impressions, where a threshold tells them from engagements


@dataclass(frozen=True, slots=True)
class TableMap:
    """What a map says about one table."""

    table: Table
    file: str | None
    columns: Mapping[str, str]  # our name: theirs
    values: Mapping[str, Mapping[str, str]]  # our name of a column: their value: ours
    constants: Mapping[str, Cell]
    keep: Threshold | None
    distinct: bool

    def load(self, directory: Path) -> MappedTable:
        """Read the file of the table, under our names.

        Raises:
            DataError: the file is missing or cannot be read, or lacks a column.
        """
        path = self.find(directory)
        theirs = files.load(path)
        return self._of(path, theirs.with_row_index(ROW, 1), theirs.columns)

    def find(self, directory: Path) -> Path:
        """The file of the table.

        Raises:
            DataError: there is none, or it is neither CSV nor Parquet.
        """
        if self.file is None:
            if (found := files.find(directory, self.table)) is None:
                raise DataError(f"{directory} has no file of the table {self.table.name}")
            return found
        path = directory / self.file
        if path.suffix not in files.SUFFIXES:
            raise DataError(f"{path} is neither .csv nor .parquet; convert it, and name that file")
        if not path.is_file():
            raise DataError(f"there is no file {path}, which the map names for {self.table.name}")
        return path

    def _of(self, path: Path, rows: pl.DataFrame, columns: list[str]) -> MappedTable:
        named = {
            field.name: self.columns.get(field.name, field.name)
            for field in self.table.fields
            if field.name not in self.constants
            and (field.name in self.columns or field.name in columns)
        }
        asked = {*named.values(), *([self.keep.column] if self.keep else [])}
        if lacking := sorted(asked - {*columns}):
            raise DataError(
                f"{path} has no column {', '.join(map(repr, lacking))}, which the map names; it "
                f"has {', '.join(map(repr, columns))}"
            )
        if self.distinct and (key := named.get(KEYS[self.table.name])) is not None:
            rows = rows.unique(key, keep="first", maintain_order=True)
        shown = None
        if self.keep is not None:
            shown = self._renamed(rows, path, {n: named[n] for n in SEEN if n in named})
            rows = rows.filter(self.keep.holds(rows, path))
        return MappedTable(
            path,
            self._renamed(rows, path, named, constants=True),
            rows[ROW],
            {ours: theirs for ours, theirs in named.items() if ours != theirs},
            frozenset(asked),
            tuple(columns),
            shown,
        )

    def _renamed(
        self, rows: pl.DataFrame, path: Path, named: Mapping[str, str], *, constants: bool = False
    ) -> pl.DataFrame:
        columns = [
            renamed(rows[theirs], self.values[ours], path).alias(ours)
            if ours in self.values
            else rows[theirs].alias(ours)
            for ours, theirs in named.items()
        ]
        if constants:
            columns += [
                pl.Series(name, [_cell(value, path)], strict=False).new_from_index(0, len(rows))
                for name, value in self.constants.items()
            ]
            if self.table.name == "tweets" and not {"author_id"} & {one.name for one in columns}:
                columns.append(pl.Series("author_id", [None] * len(rows)))
        return pl.DataFrame(columns)


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """The maps of some tables; the others have our names. `text` is the TOML itself."""

    text: str
    tables: Mapping[str, TableMap]

    @classmethod
    def read(cls, path: Path) -> ColumnMap:
        """Read a map from its file.

        Raises:
            DataError: it cannot be read, or names a table or column that there is not.
        """
        try:
            return cls.parse(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise DataError(f"{path} cannot be read: {error.strerror}; name a map") from error
        except (UnicodeDecodeError, DataError) as error:
            raise DataError(f"{path} is not a column map: {error}") from error

    @classmethod
    def parse(cls, text: str) -> ColumnMap:
        """Parse the text of a map.

        Raises:
            DataError: it is not TOML, or names a table or column that there is not.
        """
        try:
            given = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise DataError(f"not TOML: {error}") from error
        ours = {table.name: table for table in TABLES}
        for name, part in given.items():
            if name not in ours or not isinstance(part, dict):
                raise DataError(f"{name!r} is no table; expected [{'], ['.join(ours)}]")
        return cls(text, {name: _table(ours[name], part) for name, part in given.items()})

    def fingerprint(self, directory: Path) -> str:
        """A hash of the map and of the files of all tables.

        Raises:
            DataError: a required table is absent, or a file cannot be read.
        """
        found = [
            (
                table.name,
                self.tables[table.name].find(directory)
                if table.name in self.tables
                else files.find(directory, table),
            )
            for table in TABLES
        ]
        digest = files.hash_of(found)
        digest.update(self.text.encode())
        return str(digest.hexdigest())[:16]


def _table(table: Table, part: Mapping[str, object]) -> TableMap:
    fields = {field.name: field for field in table.fields}
    columns: dict[str, str] = {}
    values: dict[str, Mapping[str, str]] = {}
    constants: dict[str, Cell] = {}
    for name, value in part.items():
        if name in ("file", "keep", "distinct"):
            continue
        if name not in fields:
            raise DataError(
                f"[{table.name}] has no column {name!r}; expected file, keep, distinct or one of "
                f"{', '.join(fields)}"
            )
        if isinstance(value, dict) and value.keys() == {"constant"}:
            constants[name] = _constant(value["constant"], name)
        elif _is_column(value):
            columns[name] = value.get("column", name)
            if "values" in value:
                values[name] = parsed(value["values"], fields[name])
        elif isinstance(value, str) and value not in LABELS.get(fields[name].kind, ()):
            columns[name] = value
        else:
            constants[name] = _constant(value, name)
    keep, distinct, file = part.get("keep"), part.get("distinct", False), part.get("file")
    if not isinstance(file, str | None) or not isinstance(distinct, bool):
        raise DataError(f"[{table.name}] file is a name, and distinct is true or false")
    if distinct and table.name not in KEYS:
        raise DataError(
            f"[{table.name}] has no key, so it cannot be distinct; users and tweets can"
        )
    if keep is not None and table.name != "interactions":
        raise DataError(f"[{table.name}] has nothing to keep; a threshold is for interactions")
    threshold = None if keep is None else Threshold.parse(keep)
    return TableMap(table, file, columns, values, constants, threshold, distinct)


def _is_column(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether it is { column = …, values = … }, or one of the two."""
    return (
        isinstance(value, dict)
        and bool(value)
        and value.keys() <= {"column", "values"}
        and isinstance(value.get("column", ""), str)
    )


def _constant(value: object, name: str) -> Cell:
    if isinstance(value, str | int | float | bool | date):
        return value
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return value
    raise DataError(f"{name} = {value!r} is neither a column nor a constant; expected {FORMS}")


def _cell(value: Cell, path: Path) -> Cell:
    """A constant as a cell of a file of this format."""
    if path.suffix != ".csv":
        return value
    if isinstance(value, list):
        return "|".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
