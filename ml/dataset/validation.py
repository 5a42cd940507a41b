"""Validation of a folder of tables: what it holds, and all violations of the schema."""

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
from ml.dataset.foreign_keys import dangling, misspelled_threads
from ml.dataset.future_times import ahead
from ml.dataset.id_kinds import Raw
from ml.dataset.ids import IdKind
from ml.dataset.validated_table import ValidatedTable
from ml.dataset.violations import Violation
from ml.errors import DataError
from ml.schema import TABLES, Table

TARGETS: Final = ("tweet_id", "target_user_id", "text")  # of an interaction
RELATIONS: Final = (dangling, misspelled_threads, misdirected, repeated)


@dataclass(frozen=True, slots=True)
class Validation:
    """The tables that could be read, by name, and the obstacles: errors, a line each, that remain
    when invalid rows are rejected."""

    directory: Path
    tables: Mapping[str, ValidatedTable]
    ids: IdKind
    obstacles: tuple[str, ...]

    def problems(self, *, rejecting: bool) -> list[str]:
        """Why the tables cannot be used, a line each; `rejecting` allows invalid rows."""
        found = self._emptied_tables() if rejecting else self._invalid_rows()
        return [*self.obstacles, *found]

    @property
    def missing(self) -> tuple[str, ...]:
        """The optional tables and columns that have no values."""
        return tuple(
            name
            for table in TABLES
            for name in (
                [f"{table.name}.{column}" for column in self.tables[table.name].lacking]
                if table.name in self.tables
                else [table.name]
            )
        )

    def _invalid_rows(self) -> list[str]:
        return [
            f"{table.path}: {violation.message(table.raw)}, or set these rows aside with --rejects"
            for table in self.tables.values()
            for violation in table.violations
            if not violation.inherited
        ]

    def _emptied_tables(self) -> list[str]:
        return [
            f"{table.path}: no row is left once those at fault are set aside; the first fault: "
            f"{table.violations[0].message(table.raw)}"
            for table in self.tables.values()
            if table.schema.required and len(table) and not len(table.used)
        ]


def validate(directory: Path, now: float | None = None) -> Validation:
    """Validate every table, then the relations between tables.

    Tweets refer to users, and the other tables to both. Each table is validated after those that
    it refers to, so one pass finds every row that refers to a rejected row.

    Args:
        directory: the folder of the tables.
        now: the time, in unix seconds, behind which rows are at fault; None where a row may be of
            any time.
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
    tables: dict[str, ValidatedTable] = {}
    for table in TABLES:
        if table.name not in raw:
            continue
        path, frame = raw[table.name]
        validated, complaints = _validate_table(table, path, frame, ids)
        obstacles += (f"{path}: {complaint}" for complaint in complaints)
        if validated is not None:
            if now is not None:
                violations = (*validated.violations, *ahead(validated, now))
                validated = replace(validated, violations=violations)
            tables[table.name] = related(validated, tables)
    return Validation(directory, tables, ids, tuple(dict.fromkeys(obstacles)))


def _validate_table(
    table: Table, path: Path, raw: pl.DataFrame, ids: IdKind
) -> tuple[ValidatedTable | None, list[str]]:
    columns: list[pl.Series] = []
    violations: list[Violation] = []
    complaints: list[str] = []
    for field in table.fields:
        try:
            column, found = declared(raw, field, ids)
        except DataError as error:
            complaints.append(str(error))
        else:
            columns.append(column)
            violations += found
    if table.name == "interactions" and not {*TARGETS} & {*raw.columns}:
        complaints.append(f"columns {', '.join(map(repr, TARGETS))} are all missing; add one")
    if table.required and raw.is_empty():
        complaints.append("the table is empty; expected at least one row")
    if complaints:
        return None, complaints
    return ValidatedTable(table, path, raw, pl.DataFrame(columns), tuple(violations)), []


def related(validated: ValidatedTable, done: Mapping[str, ValidatedTable]) -> ValidatedTable:
    """Add the violations of relations between a table and those that it refers to."""
    for relation in RELATIONS:
        found = (violation for violation in relation(validated, done) if violation.rows.any())
        validated = replace(validated, violations=(*validated.violations, *found))
    return validated
