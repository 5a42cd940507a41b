"""The event log in the form of the imported tables, so that training reads both alike."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import polars as pl

from ml.actions import Action
from ml.dataset import id_kinds
from ml.dataset.coercion import OPAQUE_IDS, declared
from ml.dataset.foreign_keys import KEYS, REFERENCES
from ml.dataset.ids import IdKind, as_ids
from ml.dataset.tables import Tables
from ml.dataset.validated_table import ValidatedTable
from ml.dataset.validation import Validation, related
from ml.event_log import bodies
from ml.event_log.port import EventLog
from ml.event_log.record import Entry
from ml.event_log.record import Kind as Entered
from ml.schema import TABLES, Kind, Table

PAGE: Final = 10_000  # records read at once
MICROS: Final = 1_000_000
OF_EVENT: Final = (
    "user_id", "tweet_id", "target_user_id", "action", "value", "text", "expires_at"
)  # fmt: skip
OF_IMPRESSION: Final = ("user_id", "tweet_id", "position", "request_id")
ORDER: Final = ("at", "event")  # as things happened, however late they arrived
WHEN: Final = {"offset": pl.Int64, "at": pl.Int64, "event": pl.String}

Row = dict[str, object]
KEY_OF_IMPRESSION: Final = ("user_id", "request_id", "tweet_id")


@dataclass(slots=True)
class LoggedRows:
    """Rows per table, with when they were entered; who is gone since when; what is gone."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: {t.name: [] for t in TABLES})
    erased: dict[str, int] = field(default_factory=dict)  # user: up to this offset
    deleted: set[str] = field(default_factory=set)
    end: int = 0


def with_log(tables: Tables, log: EventLog) -> Tables:
    """The tables as if all that the log says had been imported with them.

    A put takes the place of the row that was there. Deleted tweets are absent, whenever they
    were put; what an erased user did or was done to before that is absent, and so is everything
    about what is absent, or never was there.
    """
    records = logged_rows(log)
    raw = {table.name: written(table, records.rows[table.name]) for table in TABLES}
    tables_ = {name: (Path(name), frame) for name, frame in raw.items()}
    ids = id_kinds.common(tables_, as_sent=True)
    if tables.users["user_id"].dtype == pl.String:
        ids = IdKind.TEXT
    sheets: dict[str, ValidatedTable] = {}
    for table in TABLES:
        imported = getattr(tables, table.name)
        logged = _usable(table, raw[table.name], ids)
        if table.name in tables.missing and logged.is_empty():
            continue
        frame = _joined(table, _of_kind(table, imported, ids), logged, records)
        sheets[table.name] = related(
            ValidatedTable(table, Path(table.name), frame, frame, ()), sheets, as_sent=True
        )
    survey = Validation(Path(), sheets, ids, ())
    frames = {
        table.name: sheets[table.name].used
        if table.name in sheets
        else _of_kind(table, getattr(tables, table.name), ids)
        for table in TABLES
    }
    fingerprint = hashlib.sha256(tables.fingerprint.encode() + log.secret() + b"%d" % records.end)
    return Tables(
        **frames,
        missing=survey.missing,
        fingerprint=fingerprint.hexdigest()[:16],
        column_map=tables.column_map,
        rejected_at=tables.rejected_at,
    )


def _usable(table: Table, raw: pl.DataFrame, ids: IdKind) -> pl.DataFrame:
    """The rows that are what the table declares; of impressions, one per tweet of a page."""
    columns, usable = [], pl.repeat(True, len(raw), dtype=pl.Boolean, eager=True)
    for one in table.fields:
        column, faults = declared(raw, one, ids, as_sent=True)
        columns.append(column)
        for fault in faults:
            usable &= ~fault.rows
    if table.name == "impressions":
        again = ~raw.select(pl.struct(*KEY_OF_IMPRESSION).is_first_distinct()).to_series()
        usable &= ~(again & raw["request_id"].is_not_null())
    return pl.DataFrame(columns).with_columns(raw["offset"]).filter(usable)


def _of_kind(table: Table, frame: pl.DataFrame, ids: IdKind) -> pl.DataFrame:
    names = [f.name for f in table.fields if f.kind is Kind.ID and f.name not in OPAQUE_IDS]
    return frame.with_columns(as_ids(frame[name], ids) for name in names)


def _joined(
    table: Table, imported: pl.DataFrame, logged: pl.DataFrame, records: LoggedRows
) -> pl.DataFrame:
    """The imported rows that still stand, then the logged ones."""
    for name in {*OPAQUE_IDS} & {*imported.columns}:  # which may be of two kinds
        if imported[name].dtype != logged[name].dtype:
            imported, logged = (f.cast({name: pl.String}) for f in (imported, logged))
    frame = pl.concat([imported.with_columns(offset=pl.lit(0, pl.Int64)), logged])
    gone = [
        pl.col(name)
        .cast(pl.String)
        .replace_strict(records.erased, default=0, return_dtype=pl.Int64)
        > pl.col("offset")
        for name in _users_in(table)
    ]
    frame = frame.filter(~pl.any_horizontal(gone))
    if table.name == "tweets":
        frame = _with_audiences(frame, records.erased)
        frame = frame.filter(~pl.col("tweet_id").cast(pl.String).is_in(list(records.deleted)))
    if (key := KEYS.get(table.name)) is not None:
        frame = frame.unique(key, keep="last", maintain_order=True)
    return frame.drop("offset")


def _with_audiences(tweets: pl.DataFrame, erased: dict[str, int]) -> pl.DataFrame:
    """A write that names no visibility leaves that of the one before, with its mentions; who was
    erased is mentioned in nothing that was written before."""
    named = pl.when(pl.col("visibility").is_not_null())
    mentions = named.then(pl.col("mentions").fill_null([]))
    tweets = tweets.with_columns(
        pl.col("visibility").forward_fill().over("tweet_id"),
        mentions.forward_fill().over("tweet_id").alias("mentions"),
        named.then(pl.col("offset")).forward_fill().over("tweet_id").alias("named"),
    )
    if erased:
        stays = [
            mentioned and [one for one in mentioned if erased.get(one, 0) <= at]
            for mentioned, at in tweets.select("mentions", "named").iter_rows()
        ]
        tweets = tweets.with_columns(pl.Series("mentions", stays, pl.List(pl.String)))
    return tweets.drop("named")


def _users_in(table: Table) -> list[str]:
    """The columns that name users."""
    named = [name for name, other in REFERENCES.get(table.name, {}).items() if other == "users"]
    return [KEYS["users"]] if table.name == "users" else named


def logged_rows(log: EventLog) -> LoggedRows:
    logged, shift = LoggedRows(), 0
    while page := log.read(logged.end, PAGE):
        logged.end = page[-1].offset
        for record in page:
            entry = record.entry
            when = (record.offset, entry.at + shift * MICROS, entry.event_id)
            match bodies.read(entry):
                case bodies.Clock(seconds):
                    shift = seconds
                case bodies.DeletedUser(user_id):
                    logged.erased[user_id] = record.offset
                case bodies.DeletedTweet(tweet_id):
                    logged.deleted.add(tweet_id)
                case body:
                    for table, row in _rows(entry, body, shift):
                        logged.rows[table].append(row | dict(zip(WHEN, when, strict=True)))
    return logged


def _rows(entry: Entry, body: bodies.Body, shift: int) -> Iterator[tuple[str, Row]]:
    """An entry as rows of tables, its times moved by so many seconds, as in the state."""
    at: Row = {"created_at": entry.at // MICROS + shift}
    match body:
        case bodies.Row() if entry.kind == Entered.PUT_USER:
            yield "users", _moved(body, shift)
        case bodies.Row():
            yield "tweets", at | _moved(body, shift)
        case bodies.Event() if body.action == Action.IMPRESSION.label:
            yield "impressions", at | {name: getattr(body, name) for name in OF_IMPRESSION}
        case bodies.Event():
            fields_ = {name: getattr(body, name) for name in OF_EVENT}
            if body.expires_at is not None:
                fields_["expires_at"] = body.expires_at + shift
            yield "interactions", at | fields_ | {"event_id": entry.event_id}
        case bodies.Served() if body.impressions:
            page = {"user_id": body.user_id, "request_id": body.request_id or None}
            for position, tweet in body.placed():
                yield "impressions", at | page | {"tweet_id": tweet, "position": position}


def _moved(body: bodies.Row, shift: int) -> Row:
    row, at = dict(body.columns), body.created_at
    return row if at is None or not shift else row | {"created_at": at + shift}


def written(table: Table, rows: list[Row]) -> pl.DataFrame:
    """Rows as CSV would hold them, every value as text, in the order in which they happened."""
    words = [f.name for f in table.fields if f.kind in (Kind.WORDS, Kind.IDS)]
    columns = {
        f.name: [(_words if f.name in words else _text)(row.get(f.name)) for row in rows]
        for f in table.fields
    }
    types = {name: pl.List(pl.String) if name in words else pl.String for name in columns}
    when = {name: [row[name] for row in rows] for name in WHEN}
    return pl.DataFrame({**columns, **when}, schema={**types, **WHEN}).sort(
        ORDER, maintain_order=True
    )


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value)


def _words(value: object) -> list[str] | None:
    return [str(word) for word in value] if isinstance(value, list) else None
