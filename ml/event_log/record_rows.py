"""What the event log says, as rows of the tables that people import."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from ml.event_log.port import EventLog
from ml.event_log.record import Kind as Entered
from ml.event_log.record import Record
from ml.schema import TABLES, Action, Kind, Table

PAGE: Final = 10_000  # records read at once
MICROS: Final = 1_000_000
OF_EVENT: Final = ("user_id", "tweet_id", "target_user_id", "action", "value", "event_id")
OF_IMPRESSION: Final = ("user_id", "tweet_id", "position", "request_id")
ORDER: Final = ("at", "event")  # as things happened, however late they arrived
WHEN: Final = {"offset": pl.Int64, "at": pl.Int64, "event": pl.String}

Row = dict[str, object]


@dataclass(slots=True)
class Said:
    """Rows per table, with when they were entered; who is gone since when; what is gone."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: {t.name: [] for t in TABLES})
    erased: dict[str, int] = field(default_factory=dict)  # user: up to this offset
    deleted: set[str] = field(default_factory=set)
    end: int = 0


def said_by(log: EventLog) -> Said:
    said = Said()
    while page := log.read(said.end, PAGE):
        said.end = page[-1].offset
        for record in page:
            body = record.entry.body
            if record.entry.kind is Entered.DELETE_USER:
                said.erased[str(body["user_id"])] = record.offset
            elif record.entry.kind is Entered.DELETE_TWEET:
                said.deleted.add(str(body["tweet_id"]))
            else:
                when = (record.offset, record.entry.at, record.entry.event_id)
                for table, row in _rows(record):
                    said.rows[table].append(row | dict(zip(WHEN, when, strict=True)))
    return said


def _rows(record: Record) -> Iterator[tuple[str, Row]]:
    """An entry as rows of tables."""
    entry = record.entry
    at: Row = {"created_at": entry.at // MICROS}
    body = {"event_id": entry.event_id} | dict(entry.body)
    match entry.kind:
        case Entered.PUT_USER:
            yield "users", dict(entry.body)
        case Entered.PUT_TWEET:
            yield "tweets", at | {k: v for k, v in entry.body.items() if v is not None}
        case Entered.EVENT if body.get("action") == Action.IMPRESSION.label:
            yield "impressions", at | _some(body, OF_IMPRESSION)
        case Entered.EVENT:
            yield "interactions", at | _some(body, OF_EVENT)
        case Entered.SERVED if body.get("impressions"):
            shown = body["shown"]
            assert isinstance(shown, list)
            for place, tweet in enumerate(shown):
                seen = body | {"tweet_id": tweet, "position": place}
                yield "impressions", at | _some(seen, OF_IMPRESSION)


def _some(body: Mapping[str, object], names: tuple[str, ...]) -> Row:
    return {name: body.get(name) for name in names}


def written(table: Table, rows: list[Row]) -> pl.DataFrame:
    """What JSON says, in letters, as CSV would bring it; in the order in which it happened."""
    words = [f.name for f in table.fields if f.kind is Kind.WORDS]
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
