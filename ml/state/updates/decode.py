"""Records of the log as columns: bodies of JSON become rows of tables and events with ids."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import polars as pl

from ml.actions import BY_LABEL, ON_TEXTS, ON_USERS, Action
from ml.event_log import bodies
from ml.event_log.record import Entry, Kind
from ml.preferences import KINDS, VERBS
from ml.schema import LATEST, TWEETS, USERS, VISIBILITIES, Table
from ml.schema import Kind as Column
from ml.state.structures.event_order import MICROS, split
from ml.state.tables.mutes import NO_END
from ml.state.tables.pending_events import SERVED
from ml.state.tables.served import request_key

Body = Mapping[str, Any]  # JSON

ACTIONS: Final = {
    **{label: int(action) for label, action in BY_LABEL.items()},
    Action.IMPRESSION.label: int(Action.IMPRESSION),
}


def _words(value: Any) -> list[str]:
    if isinstance(value, str):
        raise TypeError(f"{value!r} is not a list of strings")
    return [str(word) for word in value]


def _visibility(value: Any) -> str:
    if value not in VISIBILITIES:
        raise ValueError(f"{value!r} is no visibility; expected one of {' '.join(VISIBILITIES)}")
    return str(value)


READ: Final[Mapping[Column, tuple[Callable[[Any], Any], pl.DataType | type[pl.DataType]]]] = {
    Column.ID: (str, pl.String),
    Column.TIME: (int, pl.Int64),
    Column.TEXT: (str, pl.String),
    Column.WORDS: (_words, pl.List(pl.String)),
    Column.FLAG: (bool, pl.Boolean),
    Column.IDS: (_words, pl.List(pl.String)),
    Column.VISIBILITY: (_visibility, pl.String),
}


class Put(NamedTuple):
    """A row of a table, and when it was written."""

    at: int
    tiebreak: int
    row: Body


class Happened(NamedTuple):
    """An event with its ids. That of a page is about all of its tweets, each a position lower."""

    at: int
    tiebreak: int
    action: int  # or SERVED
    user: str
    tweets: tuple[str | None, ...]  # at least one
    target: str | None
    position: float  # of the first
    request: int = 0  # the key of the request that served it
    seen: bool = False  # whether what was served counts as seen


class Offered(NamedTuple):
    """A tweet was offered to somebody who has no row."""

    request: int
    tweet: str
    at: int


class Muted(NamedTuple):
    """A word or a domain is muted, or no longer."""

    at: int
    tiebreak: int
    action: int
    user: str
    text: str
    expires_at: int


class Preferred(NamedTuple):
    """Somebody wants something of their feed, or takes that back."""

    at: int
    tiebreak: int
    user: str
    kind: str
    name: str
    verb: str
    expires_at: int


@dataclass(slots=True)
class Batch:
    """Records by what they do. Those of one kind are applied together: their order is in their
    times. Their places say only which events had to wait for their tweets."""

    users: list[Put] = field(default_factory=list)
    tweets: list[Put] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    erased: list[tuple[str, int, int]] = field(default_factory=list)
    events: list[Happened] = field(default_factory=list)
    muted: list[Muted] = field(default_factory=list)
    preferred: list[Preferred] = field(default_factory=list)
    offers: list[Offered] = field(default_factory=list)
    puts_before: list[int] = field(default_factory=list)  # of each event: how many of `tweets`

    def add(self, entry: Entry, shift: int) -> None:
        """Put an entry where it belongs, its times moved by so many seconds."""
        at, tiebreak = split(entry.at + shift * MICROS, entry.event_id)
        match bodies.read_for_state(entry):
            case bodies.Event() as event if ACTIONS[event.action] in ON_TEXTS:
                self.muted.append(_muted(at, tiebreak, event, shift))
            case bodies.Event() as event:
                self.events.append(_event(at, tiebreak, event))
            case bodies.Preference() as wish:
                self.preferred.append(_preferred(at, tiebreak, wish, shift))
            case bodies.Served() as served:
                if served.shown:
                    self.events.append(_served(at, tiebreak, served))
                if served.offered:
                    key = request_key(served.user_id, served.request_id)
                    self.offers += (Offered(key, tweet, at) for tweet in served.offered)
            case bodies.Row() as row if entry.kind == Kind.PUT_USER:
                self.users.append(Put(at, tiebreak, _row(USERS, row, shift)))
            case bodies.Row() as row:
                self.tweets.append(Put(at, tiebreak, _row(TWEETS, row, shift)))
            case bodies.DeletedTweet(tweet_id):
                self.deleted.append(tweet_id)
            case bodies.DeletedUser(user_id):
                self.erased.append((user_id, at, tiebreak))
        self.puts_before += [len(self.tweets)] * (len(self.events) - len(self.puts_before))


def frame(table: Table, puts: Sequence[Put]) -> pl.DataFrame:
    """The rows of a table, every declared column in its declared type; and `stated_at`, the
    `created_at` of each as it was given, in microseconds."""
    schema = {column.name: READ[column.kind][1] for column in table.fields}
    return pl.DataFrame([put.row for put in puts], schema=schema | {"stated_at": pl.Int64})


def _event(at: int, tiebreak: int, event: bodies.Event) -> Happened:
    action = ACTIONS[event.action]
    if event.tweet_id is None and (event.target_user_id is None or action not in ON_USERS):
        raise ValueError(f"{event.action} is about a tweet, and it names none")
    position = math.nan if event.position is None else event.position
    return Happened(
        at, tiebreak, action, event.user_id, (event.tweet_id,), event.target_user_id, position
    )


def _muted(at: int, tiebreak: int, event: bodies.Event, shift: int) -> Muted:
    action = ACTIONS[event.action]
    if event.text is None:
        raise ValueError(f"{event.action} is about a text, and it has none")
    expires_at = NO_END if event.expires_at is None else event.expires_at + shift
    return Muted(at, tiebreak, action, event.user_id, event.text, expires_at)


def _preferred(at: int, tiebreak: int, wish: bodies.Preference, shift: int) -> Preferred:
    if wish.kind not in KINDS or wish.verb not in VERBS:
        raise ValueError(f"nobody can want {wish.verb} of a {wish.kind}")
    until = NO_END if wish.expires_at is None else wish.expires_at + shift
    return Preferred(at, tiebreak, wish.user_id, wish.kind, wish.name, wish.verb, until)


def _served(at: int, tiebreak: int, served: bodies.Served) -> Happened:
    """That tweets were served and, unless the client reports what was seen, that they were seen."""
    user, request = served.user_id, request_key(served.user_id, served.request_id)
    return Happened(
        at, tiebreak, SERVED, user, served.shown, None, served.start, request, served.impressions
    )


def _row(table: Table, given: bodies.Row, shift: int) -> Body:
    """Every declared column in its declared form; None where the body does not say."""
    row: dict[str, Any] = {"stated_at": None}
    columns = dict(given.columns)
    at = given.created_at
    if at is not None and abs(at) <= LATEST:
        row["stated_at"] = round(at * MICROS)
        columns["created_at"] = row["stated_at"] // MICROS + shift
    elif at is not None:
        columns["created_at"] = None  # a year that no answer could name, which 0.3.0 accepted
    for column in table.fields:
        value = columns.get(column.name)
        if value is None and not column.nullable:
            raise ValueError(f"it has no {column.name}")
        row[column.name] = None if value is None else READ[column.kind][0](value)
    return row
