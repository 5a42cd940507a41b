"""Log entries from the bodies of write requests, with their true times."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, Final
from uuid import uuid4

from app.errors import BusyError, DiskFullError, ReadOnlyError, UnwrittenError
from app.schemas.event import IMPRESSION, EventIn
from app.schemas.rows import TweetIn, UserIn
from app.serving.clock import AHEAD_SECONDS, MICROS, Clock
from app.serving.service import Service
from ml import errors
from ml.event_log import bodies
from ml.event_log.port import Appended
from ml.event_log.record import Entry, Kind

OF_CLIENTS: Final = "client/"
RESERVED: Final = (OF_CLIENTS, "write/", "served/", "impression:")  # names of the service's records


class TooEarlyError(ValueError):
    """The time of an event or a tweet lies in the future."""


def event(clock: Clock, given: EventIn) -> Entry:
    """The entry of an event; repeated impressions of a tweet in one answer share an id.

    Raises:
        TooEarlyError: the event lies in the future.
    """
    until = given.expires_at
    body = bodies.Event(
        action=given.action,
        user_id=given.user_id,
        tweet_id=given.tweet_id,
        target_user_id=given.target_user_id,
        request_id=given.request_id,
        position=given.position,
        value=given.value,
        text=given.text,
        expires_at=None if until is None else int(_utc(until).timestamp()),
    )
    name = new_name() if given.event_id is None else _of_client(given.event_id)
    if given.action == IMPRESSION:
        shown = f"{given.request_id}\0{given.tweet_id}"
        name = f"impression:{blake2b(shown.encode(), digest_size=16).hexdigest()}"
    at = clock.true_micros() if given.created_at is None else _moment(clock, given.created_at)
    return Entry(name, Kind.EVENT, at, given.user_id, body, assigned=given.created_at is None)


def user(clock: Clock, user_id: str, given: UserIn) -> Entry:
    """The entry of a new or changed user.

    Raises:
        TooEarlyError: the user joined in the future.
    """
    row = _row(given)
    if given.created_at is not None:
        row["created_at"] = _moment(clock, given.created_at) / MICROS
    body = bodies.Row({"user_id": user_id, **row}).to_json()
    return Entry(new_name(), Kind.PUT_USER, clock.true_micros(), user_id, body, assigned=True)


def tweet(clock: Clock, tweet_id: str, given: TweetIn) -> Entry:
    """The entry of a tweet; a tweet without a date was written now.

    Raises:
        TooEarlyError: the date of the tweet lies in the future.
    """
    now = clock.true_micros()
    written = now if given.created_at is None else _moment(clock, given.created_at)
    columns = {"tweet_id": tweet_id, **_row(given), "created_at": written / MICROS}
    body = bodies.Row(columns).to_json()
    return Entry(new_name(), Kind.PUT_TWEET, now, given.author_id, body, assigned=True)


def deleted_user(clock: Clock, user_id: str) -> Entry:
    """The entry that erases a user."""
    body = bodies.DeletedUser(user_id).to_json()
    return Entry(new_name(), Kind.DELETE_USER, clock.true_micros(), user_id, body, assigned=True)


def deleted_tweet(clock: Clock, tweet_id: str) -> Entry:
    """The entry that deletes a tweet."""
    body = bodies.DeletedTweet(tweet_id).to_json()
    return Entry(new_name(), Kind.DELETE_TWEET, clock.true_micros(), None, body)


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
    return given.model_dump(exclude_none=True, exclude={"user_id", "tweet_id", "created_at"})


def _moment(clock: Clock, at: datetime) -> int:
    """A client's time, in microseconds."""
    moment = micros(at)
    if moment > clock.true_micros() + AHEAD_SECONDS * MICROS:
        raise TooEarlyError(
            f"created_at: {_utc(at).isoformat()} lies more than {AHEAD_SECONDS} seconds in the "
            f"future; set the clock that it came from"
        )
    return moment


def micros(at: datetime) -> int:
    """Microseconds since 1970; UTC where it names no zone."""
    return round(_utc(at).timestamp() * MICROS)


def _utc(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def new_name() -> str:
    """What a record of the service is called."""
    return f"write/{uuid4().hex}"


def _of_client(event_id: str) -> str:
    """The name of a client's event in the log, which no record of the service has."""
    return f"{OF_CLIENTS}{event_id}" if event_id.startswith(RESERVED) else event_id
