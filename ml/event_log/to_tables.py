"""The event log in the form of the imported tables, so that training reads both alike."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

import polars as pl

from ml.dataset import id_kinds
from ml.dataset.coercion import NAMES_OF_EVENTS, declared
from ml.dataset.foreign_keys import KEYS, REFERENCES
from ml.dataset.ids import IdKind, as_ids
from ml.dataset.tables import Tables
from ml.dataset.validated_table import ValidatedTable
from ml.dataset.validation import Validation, related
from ml.event_log.port import EventLog
from ml.event_log.record_rows import Said, said_by, written
from ml.schema import TABLES, Kind, Table

KEY_OF_IMPRESSION: Final = ("user_id", "request_id", "tweet_id")


def with_log(tables: Tables, log: EventLog) -> Tables:
    """The tables as if all that the log says had been imported with them.

    A put takes the place of the row that was there. Deleted tweets are absent, whenever they
    were put; what an erased user did or was done to before that is absent, and so is everything
    about what is absent, or never was there.
    """
    said = said_by(log)
    raw = {table.name: written(table, said.rows[table.name]) for table in TABLES}
    ids = id_kinds.common({name: (Path(name), frame) for name, frame in raw.items()})
    if tables.users["user_id"].dtype == pl.String:
        ids = IdKind.TEXT
    sheets: dict[str, ValidatedTable] = {}
    for table in TABLES:
        imported = getattr(tables, table.name)
        logged = _usable(table, raw[table.name], ids)
        if table.name in tables.missing and logged.is_empty():
            continue
        frame = _joined(table, _of_kind(table, imported, ids), logged, said)
        sheets[table.name] = related(
            ValidatedTable(table, Path(table.name), frame, frame, ()), sheets
        )
    survey = Validation(Path(), sheets, ids, ())
    frames = {
        table.name: sheets[table.name].used
        if table.name in sheets
        else _of_kind(table, getattr(tables, table.name), ids)
        for table in TABLES
    }
    fingerprint = hashlib.sha256(tables.fingerprint.encode() + log.secret() + b"%d" % said.end)
    return Tables(**frames, missing=survey.missing, fingerprint=fingerprint.hexdigest()[:16])


def _usable(table: Table, raw: pl.DataFrame, ids: IdKind) -> pl.DataFrame:
    """The rows that are what the table declares; of impressions, one per tweet of a page."""
    columns, usable = [], pl.repeat(True, len(raw), dtype=pl.Boolean, eager=True)
    for one in table.fields:
        column, faults = declared(raw, one, ids)
        columns.append(column)
        for fault in faults:
            usable &= ~fault.rows
    if table.name == "impressions":
        again = ~raw.select(pl.struct(*KEY_OF_IMPRESSION).is_first_distinct()).to_series()
        usable &= ~(again & raw["request_id"].is_not_null())
    return pl.DataFrame(columns).with_columns(raw["offset"]).filter(usable)


def _of_kind(table: Table, frame: pl.DataFrame, ids: IdKind) -> pl.DataFrame:
    names = [f.name for f in table.fields if f.kind is Kind.ID and f.name not in NAMES_OF_EVENTS]
    return frame.with_columns(as_ids(frame[name], ids) for name in names)


def _joined(table: Table, imported: pl.DataFrame, logged: pl.DataFrame, said: Said) -> pl.DataFrame:
    """The imported rows that still stand, then the logged ones."""
    for name in {*NAMES_OF_EVENTS} & {*imported.columns}:  # which may be of two kinds
        if imported[name].dtype != logged[name].dtype:
            imported, logged = (f.cast({name: pl.String}) for f in (imported, logged))
    frame = pl.concat([imported.with_columns(offset=pl.lit(0, pl.Int64)), logged])
    gone = [
        pl.col(name).cast(pl.String).replace_strict(said.erased, default=0, return_dtype=pl.Int64)
        > pl.col("offset")
        for name in _users_in(table)
    ]
    frame = frame.filter(~pl.any_horizontal(gone)).drop("offset")
    if table.name == "tweets":
        frame = frame.filter(~pl.col("tweet_id").cast(pl.String).is_in(list(said.deleted)))
    if (key := KEYS.get(table.name)) is not None:
        frame = frame.unique(key, keep="last", maintain_order=True)
    return frame


def _users_in(table: Table) -> list[str]:
    """The columns that name users."""
    named = [name for name, other in REFERENCES.get(table.name, {}).items() if other == "users"]
    return [KEYS["users"]] if table.name == "users" else named
