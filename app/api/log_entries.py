"""Log entries from the bodies of write requests, with their time by the service's clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, Final
from uuid import uuid4

from app.errors import BusyError, DiskFullError, ReadOnlyError, UnwrittenError
from app.schemas.event import EventIn
from app.schemas.rows import TweetIn, UserIn
from app.serving.clock import Clock
from app.serving.service import Service
from ml import errors
from ml.actions import Action
from ml.event_log import bodies
from ml.event_log.port import Appended
from ml.event_log.record import Entry, Kind

MICROS: Final = 1_000_000
AHEAD_SECONDS: Final = 300  # how far a client's clock may be ahead of ours


class TooEarlyError(ValueError):
    """The time of an event or a tweet lies in the future."""


def event(clock: Clock, given: EventIn) -> Entry:
    """The entry of an event; repeated impressions of a tweet in one answer share an id.

    Raises:
        TooEarlyError: the event lies in the future.
    """
    body = bodies.Event(**given.model_dump(exclude={"event_id", "created_at"})).to_json()
    name = given.event_id
    if given.action == Action.IMPRESSION.label:
        shown = f"{given.request_id}\0{given.tweet_id}"
        name = f"impression:{blake2b(shown.encode(), digest_size=16).hexdigest()}"
    return Entry(name, Kind.EVENT, _moment(clock, given.created_at), given.user_id, body)


def user(clock: Clock, user_id: str, given: UserIn) -> Entry:
    """The entry of a new or changed user."""
    body = bodies.Row({"user_id": user_id, **_row(given)}).to_json()
    return Entry(_name(), Kind.PUT_USER, _moment(clock, None), user_id, body)


def tweet(clock: Clock, tweet_id: str, given: TweetIn) -> Entry:
    """The entry of a tweet; a tweet without a date was written now.

    Raises:
        TooEarlyError: the date of the tweet lies in the future.
    """
    now = _moment(clock, None)
    written = now if given.created_at is None else _moment(clock, given.created_at)
    columns = {"tweet_id": tweet_id, **_row(given), "created_at": written / MICROS}
    body = bodies.Row(columns).to_json()
    return Entry(_name(), Kind.PUT_TWEET, now, given.author_id, body)


def deleted_user(clock: Clock, user_id: str) -> Entry:
    """The entry that erases a user."""
    body = bodies.DeletedUser(user_id).to_json()
    return Entry(_name(), Kind.DELETE_USER, _moment(clock, None), user_id, body)


def deleted_tweet(clock: Clock, tweet_id: str) -> Entry:
    """The entry that deletes a tweet."""
    body = bodies.DeletedTweet(tweet_id).to_json()
    return Entry(_name(), Kind.DELETE_TWEET, _moment(clock, None), None, body)


async def append(service: Service, entries: Sequence[Entry]) -> Appended:
    """Append entries to the log; they are on disk when this returns.

    Raises:
        BusyError: too many entries wait to be written.
        DiskFullError: there is no room to write them.
        UnwrittenError: they could not be written for another reason.
        ReadOnlyError: the service has no log.
    """
    if service.log is None:
        raise ReadOnlyError("start it by python -m app, which keeps one")
    try:
        return await service.append(entries)
    except errors.LogFullError as error:
        raise BusyError(str(error)) from error
    except errors.DiskFullError as error:
        raise DiskFullError(str(error)) from error
    except errors.LogError as error:
        raise UnwrittenError(str(error)) from error


def _row(given: UserIn | TweetIn) -> dict[str, Any]:
    row = given.model_dump(exclude_none=True, exclude={"user_id", "tweet_id"})
    if given.created_at is not None:
        row["created_at"] = _utc(given.created_at).timestamp()
    return row


def _moment(clock: Clock, at: datetime | None) -> int:
    """A client's time in microseconds of the service's clock; now where it is None."""
    if at is None:
        return int(clock.precisely() * MICROS)
    seconds = clock.ours(_utc(at).timestamp())
    if seconds > clock.precisely() + AHEAD_SECONDS:
        raise TooEarlyError(f"created_at: {_utc(at).isoformat()} lies in the future")
    return int(seconds * MICROS)


def _utc(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _name() -> str:
    return f"write/{uuid4().hex}"  # no event id of a client has this form
