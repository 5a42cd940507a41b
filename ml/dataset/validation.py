"""What a folder of tables holds, and all that is wrong with it, before anyone relies on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import polars as pl

from ml.dataset import files, id_kinds
from ml.dataset.action_targets import misdirected
from ml.dataset.coercion import declared
from ml.dataset.duplicates import repeated
from ml.dataset.foreign_keys import dangling
from ml.dataset.id_kinds import Raw
from ml.dataset.ids import IdKind
from ml.dataset.validated_table import ValidatedTable
from ml.dataset.violations import Violation
from ml.errors import DataError
from ml.schema import TABLES, Table

RELATIONS: Final = (dangling, misdirected, repeated)


@dataclass(frozen=True, slots=True)
class Validation:
    """The tables that could be read, by name, and the obstacles: what no setting aside of rows
    can mend, a line each."""

    directory: Path
    sheets: Mapping[str, ValidatedTable]
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
            f"{sheet.path}: no row is left once those at fault are set aside; the first fault: "
            f"{sheet.faults[0].told(sheet.raw)}"
            for sheet in self.sheets.values()
            if sheet.table.required and len(sheet) and not len(sheet.used)
        ]


def survey(directory: Path) -> Validation:
    """Look at every table, then at what holds between them.

    Users name nobody, tweets name users, the rest names both: each table is judged after those
    it points to, so one pass finds every row that setting another aside leaves dangling.
    """
    obstacles: list[str] = []
    raw: Raw = {}
    for table in TABLES:
        try:
            if path := files.find(directory, table):
                raw[table.name] = path, files.load(path)
        except DataError as error:
            obstacles.append(str(error))
    obstacles += id_kinds.mixed(raw)
    ids = id_kinds.common(raw)
    sheets: dict[str, ValidatedTable] = {}
    for table in TABLES:
        if table.name not in raw:
            continue
        path, frame = raw[table.name]
        sheet, complaints = _sheet(table, path, frame, ids)
        obstacles += (f"{path}: {complaint}" for complaint in complaints)
        if sheet is not None:
            sheets[table.name] = related(sheet, sheets)
    return Validation(directory, sheets, ids, tuple(dict.fromkeys(obstacles)))


def _sheet(
    table: Table, path: Path, raw: pl.DataFrame, ids: IdKind
) -> tuple[ValidatedTable | None, list[str]]:
    columns: list[pl.Series] = []
    faults: list[Violation] = []
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
        complaints.append("the table is empty; expected at least one row")
    if complaints:
        return None, complaints
    return ValidatedTable(table, path, raw, pl.DataFrame(columns), tuple(faults)), []


def related(sheet: ValidatedTable, done: Mapping[str, ValidatedTable]) -> ValidatedTable:
    """The sheet with what is wrong between it and those it points to."""
    for relation in RELATIONS:
        found = (fault for fault in relation(sheet, done) if fault.rows.any())
        sheet = replace(sheet, faults=(*sheet.faults, *found))
    return sheet
