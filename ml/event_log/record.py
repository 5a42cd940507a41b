"""One entry of the event log: something that happened, as the world tells it, with ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, unique


@unique
class Kind(StrEnum):
    """What an entry is about. The value is what logs store: never reuse one."""

    EVENT = "event"  # body: action, user_id, tweet_id or target_user_id, request_id, position
    PUT_USER = "put_user"  # body: a row of the table users
    PUT_TWEET = "put_tweet"  # body: a row of the table tweets
    DELETE_USER = "delete_user"  # body: user_id
    DELETE_TWEET = "delete_tweet"  # body: tweet_id
    SERVED = "served"  # body: what was served to whom; `shown` are the ids of the page


@dataclass(frozen=True, slots=True)
class Entry:
    """What is appended. An `event_id` is accepted once, ever."""

    event_id: str
    kind: Kind
    at: int  # microseconds since 1970
    user: str | None  # whose data it is, for erasure
    body: Mapping[str, object]  # JSON


@dataclass(frozen=True, slots=True)
class Record:
    """What is read back: an entry and its place, from 1, in the order in which it was accepted."""

    offset: int
    entry: Entry
