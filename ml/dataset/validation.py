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
from ml.dataset.column_map import ColumnMap, MappedTable
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
    column_map: ColumnMap | None = None
    now: float | None = None  # unix seconds, behind which rows are at fault

    def problems(self, *, rejecting: bool) -> list[str]:
        """Why the tables cannot be used, a line each; `rejecting` allows invalid rows."""
        found = self._emptied_tables() if rejecting else self._invalid_rows()
        return [*self.obstacles, *found]

    @property
    def unused(self) -> dict[str, list[str]]:
        """The columns that no table used, by the file that has them."""
        unused: dict[str, list[str]] = {}
        for table in self.tables.values():
            name = table.path.name
            columns = table.unused
            unused[name] = [one for one in unused.get(name, columns) if one in columns]
        return {name: columns for name, columns in unused.items() if columns}

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
            f"{table.path}: {table.message(violation)}, or set these rows aside with --rejects"
            for table in self.tables.values()
            for violation in table.violations
            if not violation.inherited
        ]

    def _emptied_tables(self) -> list[str]:
        return [
            f"{table.path}: no row is left once those at fault are set aside; the first fault: "
            f"{table.message(table.violations[0])}"
            for table in self.tables.values()
            if table.schema.required and len(table) and not len(table.used)
        ]


def validate(
    directory: Path, column_map: ColumnMap | None = None, now: float | None = None
) -> Validation:
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
    mapped: dict[str, MappedTable] = {}
    for table in TABLES:
        try:
            if column_map is not None and table.name in column_map.tables:
                mapped[table.name] = one = column_map.tables[table.name].load(directory)
                raw[table.name] = one.path, one.frame
            elif path := files.find(directory, table):
                raw[table.name] = path, files.load(path)
        except DataError as error:
            obstacles.append(str(error))
    obstacles += _add_impressions(raw, mapped)
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
            validated = replace(validated, mapped=mapped.get(table.name))
            if now is not None:
                violations = (*validated.violations, *ahead(validated, now))
                validated = replace(validated, violations=violations)
            tables[table.name] = related(validated, tables)
    return Validation(directory, tables, ids, tuple(dict.fromkeys(obstacles)), column_map, now)


def _add_impressions(raw: Raw, mapped: dict[str, MappedTable]) -> list[str]:
    """Add the impressions that a threshold makes of interactions: each of their rows is one."""
    interactions = mapped.get("interactions")
    if interactions is None or interactions.shown is None:
        return []
    path, shown = interactions.path, interactions.shown
    if "impressions" in raw:
        other = raw["impressions"][0]
        return [f"impressions are in {other.name} and come from keep in {path.name}; leave one out"]
    if "tweet_id" not in shown.columns:
        return [f"{path}: keep makes impressions, and the map names no tweet_id for them"]
    raw["impressions"] = path, shown
    numbers = pl.int_range(1, len(shown) + 1, eager=True)
    mapped["impressions"] = replace(interactions, frame=shown, numbers=numbers, shown=None)
    return []


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


def related(
    validated: ValidatedTable, done: Mapping[str, ValidatedTable], *, as_sent: bool = False
) -> ValidatedTable:
    """Add the violations of relations between a table and those that it refers to.

    Args:
        as_sent: the rows are those of the log, where no id is misspelled.
    """
    for relation in RELATIONS:
        if as_sent and relation is misspelled_threads:
            continue
        found = (violation for violation in relation(validated, done) if violation.rows.any())
        validated = replace(validated, violations=(*validated.violations, *found))
    return validated
