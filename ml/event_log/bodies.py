"""The typed body of each kind of record: the one place that writes and reads its JSON keys."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, NamedTuple

import numpy as np

from ml.event_log.event import EVENT as EVENT
from ml.event_log.event import Event as Event
from ml.event_log.packed_sources import packed
from ml.event_log.preference import Preference as Preference
from ml.event_log.record import Entry, Kind
from ml.event_log.record import json_of as json_of

Json = Mapping[str, Any]  # as logs store it
SEPARATOR: Final = " "  # of the ids of a pool: no id has one
OLD_SEPARATOR: Final = "|"  # of those that 0.3.0 wrote
FOR_LATER_PAGES: Final = (  # dropped when the cursor expires; 0.3.0 wrote more of them
    "pool",
    "sources",
    "placements",
    "marks",
    "scores",
    "seed",
)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table `users` or `tweets`, by the names of its columns."""

    columns: Json

    def to_json(self) -> Json:
        """The columns that have a value."""
        return {name: value for name, value in self.columns.items() if value is not None}

    @property
    def created_at(self) -> float | None:
        """Unix seconds; None where it does not say."""
        at = self.columns.get("created_at")
        if isinstance(at, str):
            moment = datetime.fromisoformat(at)
            at = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
        return None if at is None else float(at)

    @classmethod
    def from_json(cls, body: Json) -> Row:
        return cls({name: value for name, value in body.items() if value is not None})


@dataclass(frozen=True, slots=True)
class DeletedUser:
    """A user leaves, with all that they wrote and did."""

    user_id: str

    def to_json(self) -> Json:
        return {"user_id": self.user_id}

    @classmethod
    def from_json(cls, body: Json) -> DeletedUser:
        return cls(str(body["user_id"]))


@dataclass(frozen=True, slots=True)
class DeletedTweet:
    """A tweet is deleted for good."""

    tweet_id: str

    def to_json(self) -> Json:
        return {"tweet_id": self.tweet_id}

    @classmethod
    def from_json(cls, body: Json) -> DeletedTweet:
        return cls(str(body["tweet_id"]))


class Served(NamedTuple):
    """A page of a timeline as it was served, and the pool of its later pages, best first.

    `shown` are the tweets of a known viewer's page; what a viewer without a row was offered is in
    `offered`, and changes no state. A record of the kind SHOWN has no pool.
    """

    user_id: str
    shown: tuple[str, ...]
    request_id: str = ""
    product: str = ""
    served_by: str = ""
    offered: tuple[str, ...] = ()
    start: int = 0  # the position of the first of `shown`
    bundle: str = ""
    settings: str = ""
    impressions: bool = False  # whether what was served counts as seen
    pool: str = ""  # the ids, with a separator between two: written in a tenth of a list's time
    sources: bytes = b""  # of each, packed: bit i is set where source i proposed a tweet
    placements: bytes = b""  # of each, packed; nothing where an older version served it

    def to_json(self) -> Json:
        body: dict[str, Any] = dict(zip(SERVED, self, strict=False))
        if self.pool:
            body["pool"] = self.pool
            body["sources"] = b64encode(self.sources).decode()
            body["placements"] = b64encode(self.placements).decode()
        return body

    @classmethod
    def from_json(cls, body: Json, with_pool: bool = True) -> Served:
        pool, sources, placements = _pool(body) if with_pool else ("", b"", b"")
        return cls(
            user_id=str(body["user_id"]),
            shown=tuple(map(str, body["shown"])),
            request_id=str(body.get("request_id", "")),
            product=str(body.get("product", "")),
            served_by=str(body.get("served_by", "")),
            offered=tuple(map(str, body.get("offered", ()))),
            start=int(body.get("start", 0)),
            bundle=str(body.get("bundle", "")),
            settings=str(body.get("settings", "")),
            impressions=bool(body.get("impressions", False)),
            pool=pool,
            sources=sources,
            placements=placements,
        )

    @property
    def pool_ids(self) -> list[str]:
        return self.pool.split(SEPARATOR) if self.pool else []

    def placed(self) -> Iterator[tuple[int, str]]:
        """Each tweet of the page with its position in the timeline."""
        return enumerate(self.shown, self.start)


SERVED: Final = Served._fields[: Served._fields.index("pool")]  # what is left of a page shown


@dataclass(frozen=True, slots=True)
class Clock:
    """From here on, the times of records are moved by so many seconds where they are applied."""

    shift_seconds: int

    def to_json(self) -> Json:
        return {"shift_seconds": self.shift_seconds}

    @classmethod
    def from_json(cls, body: Json) -> Clock:
        return cls(int(body["shift_seconds"]))


Body = Event | Row | DeletedUser | DeletedTweet | Served | Clock | Preference
TYPES: Final[Mapping[Kind, type[Body]]] = {
    Kind.EVENT: Event,
    Kind.PUT_USER: Row,
    Kind.PUT_TWEET: Row,
    Kind.DELETE_USER: DeletedUser,
    Kind.DELETE_TWEET: DeletedTweet,
    Kind.SERVED: Served,
    Kind.SHOWN: Served,
    Kind.CLOCK: Clock,
    Kind.PREFERENCE: Preference,
}
WRITTEN_HERE: Final = (Event, Served)  # typed already, of a record of this process


def read(entry: Entry) -> Body:
    """The typed body of an entry.

    Raises:
        KeyError, TypeError, ValueError: it does not have the form of its kind.
    """
    body = entry.body
    return body if isinstance(body, WRITTEN_HERE) else TYPES[entry.kind].from_json(json_of(entry))


READ_FOR_STATE: Final[Mapping[Kind, Callable[[Json], Body]]] = {
    **{kind: of.from_json for kind, of in TYPES.items()},
    Kind.SERVED: partial(Served.from_json, with_pool=False),
}


def read_for_state(entry: Entry) -> Body:
    """The same, but for what only later pages need.

    Raises:
        KeyError, TypeError, ValueError: it does not have the form of its kind.
    """
    body = entry.body
    return body if isinstance(body, WRITTEN_HERE) else READ_FOR_STATE[entry.kind](json_of(entry))


def _pool(body: Json) -> tuple[str, bytes, bytes]:
    """The ids of a pool, and the sources and placements of each."""
    pool = str(body.get("pool", ""))
    if not pool:
        return "", b"", b""
    if "marks" in body:  # as 0.3.0 wrote it
        marks = np.array(body["marks"].split(OLD_SEPARATOR)).astype(np.uint32)
        return pool.replace(OLD_SEPARATOR, SEPARATOR), packed(marks), b""
    count, sources = pool.count(SEPARATOR) + 1, b64decode(body["sources"])
    placements = b64decode(body.get("placements", ""))
    if (
        not sources
        or len(sources) % count
        or 0 < len(placements) < count
        or len(placements) > 5 * count
    ):
        raise ValueError(f"a pool of {count} tweets has the sources or placements of another")
    return pool, sources, placements
