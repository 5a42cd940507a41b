"""Records of the log as columns: bodies of JSON become rows of tables and events with ids."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import polars as pl

from ml.event_log.record import Entry, Kind
from ml.schema import BY_LABEL, ON_USERS, TWEETS, USERS, Action, Table
from ml.schema import Kind as Column
from ml.state.structures.event_order import split
from ml.state.tables.pending_events import SERVED

Body = Mapping[str, Any]  # JSON

ACTIONS: Final = {
    **{label: int(action) for label, action in BY_LABEL.items()},
    Action.IMPRESSION.label: int(Action.IMPRESSION),
}


def _seconds(value: Any) -> int:
    if isinstance(value, str):
        at = datetime.fromisoformat(value)
        value = (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    return int(value // 1)


def _words(value: Any) -> list[str]:
    if isinstance(value, str):
        raise TypeError(f"{value!r} is not a list of strings")
    return [str(word) for word in value]


READ: Final[Mapping[Column, tuple[Callable[[Any], Any], pl.DataType | type[pl.DataType]]]] = {
    Column.ID: (str, pl.String),
    Column.TIME: (_seconds, pl.Int64),
    Column.TEXT: (str, pl.String),
    Column.WORDS: (_words, pl.List(pl.String)),
    Column.FLAG: (bool, pl.Boolean),
}


class Put(NamedTuple):
    """A row of a table, and when it was written."""

    at: int
    tiebreak: int
    row: Body


class Happened(NamedTuple):
    """An event with its ids."""

    at: int
    tiebreak: int
    action: int  # or SERVED
    user: str
    tweet: str | None
    target: str | None
    position: float


@dataclass(slots=True)
class Batch:
    """Records by what they do. Those of one kind are applied together: their order is in their
    times, not in their places."""

    users: list[Put] = field(default_factory=list)
    tweets: list[Put] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    erased: list[tuple[str, int, int]] = field(default_factory=list)
    events: list[Happened] = field(default_factory=list)

    def add(self, entry: Entry) -> None:
        """Put an entry where it belongs."""
        body: Body = entry.body
        at, tiebreak = split(entry.at, entry.event_id)
        match Kind(entry.kind):
            case Kind.EVENT:
                self.events.append(_event(at, tiebreak, body))
            case Kind.SERVED:
                self.events += _served(at, tiebreak, body)
            case Kind.PUT_USER:
                self.users.append(Put(at, tiebreak, _row(USERS, body)))
            case Kind.PUT_TWEET:
                self.tweets.append(Put(at, tiebreak, _row(TWEETS, body)))
            case Kind.DELETE_TWEET:
                self.deleted.append(str(body["tweet_id"]))
            case Kind.DELETE_USER:
                self.erased.append((str(body["user_id"]), at, tiebreak))


def frame(table: Table, puts: Sequence[Put]) -> pl.DataFrame:
    """The rows of a table, every declared column in its declared type."""
    schema = {column.name: READ[column.kind][1] for column in table.fields}
    return pl.DataFrame([put.row for put in puts], schema=schema)


def _event(at: int, tiebreak: int, body: Body) -> Happened:
    tweet, target, position = body.get("tweet_id"), body.get("target_user_id"), body.get("position")
    action = ACTIONS[body["action"]]
    if tweet is None and (target is None or action not in ON_USERS):
        raise ValueError(f"{body['action']} is about a tweet, and it names none")
    return Happened(
        at,
        tiebreak,
        action,
        str(body["user_id"]),
        None if tweet is None else str(tweet),
        None if target is None else str(target),
        math.nan if position is None else float(position),
    )


def _served(at: int, tiebreak: int, body: Body) -> Iterator[Happened]:
    """That tweets were served and, unless the client says what was seen, that they were seen."""
    user, shown = str(body["user_id"]), [str(tweet) for tweet in body["shown"]]
    start = int(body.get("start", 0))
    positions = body.get("positions") or range(start, start + len(shown))
    for tweet, position in zip(shown, positions, strict=True):
        yield Happened(at, tiebreak, SERVED, user, tweet, None, math.nan)
        if body["impressions"]:
            yield Happened(at, tiebreak, int(Action.IMPRESSION), user, tweet, None, float(position))


def _row(table: Table, body: Body) -> Body:
    """Every declared column in its declared form; None where the body does not say."""
    row = {}
    for column in table.fields:
        value = body.get(column.name)
        if value is None and not column.nullable:
            raise ValueError(f"it has no {column.name}")
        row[column.name] = None if value is None else READ[column.kind][0](value)
    return row
