"""One entry of the event log: what happened, by the ids of the outside world."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum, unique
from typing import NamedTuple, Protocol


@unique
class Kind(StrEnum):
    """What an entry is about. The value is what logs store: never reuse one."""

    EVENT = "event"
    PUT_USER = "put_user"
    PUT_TWEET = "put_tweet"
    DELETE_USER = "delete_user"
    DELETE_TWEET = "delete_tweet"
    SERVED = "served"
    SHOWN = "shown"  # a served page whose cursor has expired: nothing but what was shown
    CLOCK = "clock"
    PREFERENCE = "preference"


class Typed(Protocol):
    """What `bodies` makes of JSON, and JSON of."""

    def to_json(self) -> Mapping[str, object]: ...


class Entry(NamedTuple):
    """What is appended. An `event_id` is accepted once, ever.

    Where the time is `assigned` by the service rather than given by a client, the log moves it
    behind the newest entry of the same `user`, should the clock have stepped back.
    """

    event_id: str
    kind: Kind
    at: int  # true time, in microseconds since 1970
    user: str | None  # whose data it is, for erasure
    body: Mapping[str, object] | Typed  # JSON, or what a log writes as JSON
    assigned: bool = False  # which a log does not keep


class Record(NamedTuple):
    """What is read back: an entry and its place, from 1, in the order in which it was accepted."""

    offset: int
    entry: Entry


def json_of(entry: Entry) -> Mapping[str, object]:
    """The body of an entry as JSON."""
    return entry.body if isinstance(entry.body, Mapping) else entry.body.to_json()
