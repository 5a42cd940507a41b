"""What a folder of tables holds, and all that is wrong with it, before anyone relies on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import polars as pl

from ml.errors import DataError
from ml.log import files
from ml.log.columns import NAMES_OF_EVENTS, declared
from ml.log.directions import misdirected
from ml.log.faults import Fault
from ml.log.ids import IdKind, kind_of
from ml.log.references import dangling
from ml.log.repeats import repeated
from ml.log.sheet import Sheet
from ml.schema import TABLES, Kind, Table

RELATIONS: Final = (dangling, misdirected, repeated)


@dataclass(frozen=True, slots=True)
class Survey:
    """The tables that could be read, by name, and the obstacles: what no setting aside of rows
    can mend, a line each."""

    directory: Path
    sheets: Mapping[str, Sheet]
    ids: IdKind
    obstacles: tuple[str, ...]

    def problems(self, *, rejecting: bool) -> list[str]:
        """Why the tables cannot be used, a line each; `rejecting` leaves rows at fault aside."""
        found = self._emptied() if rejecting else self._faults()
        return [*self.obstacles, *found]

    @property
    def missing(self) -> tuple[str, ...]:
        """The optional tables and columns that hold nothing."""
        return tuple(
            name
            for table in TABLES
            for name in (
                [f"{table.name}.{column}" for column in self.sheets[table.name].lacking]
                if table.name in self.sheets
                else [table.name]
            )
        )

    def _faults(self) -> list[str]:
        return [
            f"{sheet.path}: {fault.told(sheet.raw)}, or set these rows aside with --rejects"
            for sheet in self.sheets.values()
            for fault in sheet.faults
            if not fault.inherited
        ]

    def _emptied(self) -> list[str]:
        return [
            f"{sheet.path}: {sheet.faults[0].told(sheet.raw)}; with all faults together no row is "
            f"left"
            for sheet in self.sheets.values()
            if sheet.table.required and len(sheet) and not len(sheet.used)
        ]


def survey(directory: Path) -> Survey:
    """Look at every table, then at what holds between them.

    Users name nobody, tweets name users, the rest names both: each table is judged after those
    it points to, so one pass finds every row that setting another aside leaves dangling.
    """
    obstacles: list[str] = []
    raw: dict[str, tuple[Path, pl.DataFrame]] = {}
    for table in TABLES:
        try:
            if path := files.find(directory, table):
                raw[table.name] = path, files.load(path)
        except DataError as error:
            obstacles.append(str(error))
    mixed = _mixed_kinds(raw)
    obstacles += mixed
    ids = IdKind.INTEGER if not mixed and _integers(raw) else kind_of(c for _, c in _ids(raw))
    sheets: dict[str, Sheet] = {}
    for table in TABLES:
        if table.name not in raw:
            continue
        path, frame = raw[table.name]
        sheet, complaints = _sheet(table, path, frame, ids)
        obstacles += (f"{path}: {complaint}" for complaint in complaints)
        if sheet is not None:
            sheets[table.name] = _related(sheet, sheets)
    return Survey(directory, sheets, ids, tuple(dict.fromkeys(obstacles)))


def _sheet(
    table: Table, path: Path, raw: pl.DataFrame, ids: IdKind
) -> tuple[Sheet | None, list[str]]:
    columns: list[pl.Series] = []
    faults: list[Fault] = []
    complaints: list[str] = []
    for field in table.fields:
        try:
            column, found = declared(raw, field, ids)
        except DataError as error:
            complaints.append(str(error))
        else:
            columns.append(column)
            faults += found
    if table.name == "interactions" and not {"tweet_id", "target_user_id"} & set(raw.columns):
        complaints.append("columns 'tweet_id' and 'target_user_id' are both missing; add either")
    if table.required and raw.is_empty():
        complaints.append(f"the table is empty; expected at least one of the {table.name}")
    if complaints:
        return None, complaints
    return Sheet(table, path, raw, pl.DataFrame(columns), tuple(faults)), []


def _related(sheet: Sheet, done: Mapping[str, Sheet]) -> Sheet:
    for relation in RELATIONS:
        found = (fault for fault in relation(sheet, done) if fault.rows.any())
        sheet = replace(sheet, faults=(*sheet.faults, *found))
    return sheet


def _ids(raw: Mapping[str, tuple[Path, pl.DataFrame]]) -> Iterator[tuple[Path, pl.Series]]:
    """The columns that name users and tweets."""
    for table in TABLES:
        if table.name not in raw:
            continue
        path, frame = raw[table.name]
        for field in table.fields:
            is_name = field.kind is Kind.ID and field.name not in NAMES_OF_EVENTS
            if is_name and field.name in frame.columns:
                yield path, frame[field.name]


def _integers(raw: Mapping[str, tuple[Path, pl.DataFrame]]) -> list[tuple[Path, pl.Series]]:
    return [(path, column) for path, column in _ids(raw) if column.dtype.is_integer()]


def _mixed_kinds(raw: Mapping[str, tuple[Path, pl.DataFrame]]) -> list[str]:
    """Parquet says what its ids are; CSV leaves it open."""
    if not (integers := _integers(raw)):
        return []
    path, number = integers[0]
    return [
        f"{other}: column {text.name!r}: ids are strings in {len(text):,} rows, first "
        f"{', '.join(map(repr, text.drop_nulls().head(3)))}, but {path.name}'s {number.name} is "
        f"{number.dtype}; write ids as one kind in every table"
        for other, text in _ids(raw)
        if other.suffix != ".csv" and text.dtype == pl.String and text.null_count() < len(text)
    ]
