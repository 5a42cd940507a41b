"""The tables of a dataset, column by column."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import inf
from typing import Final

from ml import ids
from ml.actions import BY_LABEL

EARLIEST: Final = 0  # 1970-01-01, in unix seconds: no moment is before it
LATEST: Final = 4_102_444_800  # 2100-01-01: a later "second" is a millisecond
VISIBILITIES: Final = ("public", "unlisted", "followers", "mentioned")  # of a tweet, by its code


class Kind(Enum):
    """What a column holds."""

    ID = f"an id (int64, or a string: {ids.WORDS.partition(': ')[2]})"
    EVENT_ID = f"text of 1 to {ids.MAX_EVENT_ID_LENGTH} characters"
    TIME = (
        "a time (timestamp in UTC or with its offset, such as 2026-11-01T10:00:00+02:00, or unix "
        "seconds)"
    )
    TEXT = "text"
    WORDS = "a list of strings (a|b in CSV)"
    FLAG = "true or false (0 or 1)"
    NUMBER = "a number"
    ACTION = "one of " + " ".join(BY_LABEL)
    SPLIT = "train or test"
    IDS = "a list of ids (a|b in CSV)"
    VISIBILITY = "one of " + " ".join(VISIBILITIES)


@dataclass(frozen=True, slots=True)
class Field:
    """One column: `nullable` values may be missing row by row; a column that is not `required`
    may be missing altogether."""

    name: str
    kind: Kind
    required: bool = False
    nullable: bool = True
    within: tuple[float, float] | None = None  # of numbers


@dataclass(frozen=True, slots=True)
class Table:
    """One table; a dataset must have it if it is `required`."""

    name: str
    fields: tuple[Field, ...]
    required: bool = True


def _key(name: str) -> Field:
    return Field(name, Kind.ID, required=True, nullable=False)


USERS: Final = Table(
    "users",
    (
        _key("user_id"),
        Field("name", Kind.TEXT),
        Field("created_at", Kind.TIME),
        Field("interests", Kind.WORDS),
        Field("sensitive_ok", Kind.FLAG),
    ),
)
TWEETS: Final = Table(
    "tweets",
    (
        _key("tweet_id"),
        Field("author_id", Kind.ID, required=True),
        Field("created_at", Kind.TIME),
        Field("text", Kind.TEXT),
        Field("topic", Kind.TEXT),
        Field("has_media", Kind.FLAG),
        Field("hashtags", Kind.WORDS),
        Field("in_reply_to_id", Kind.ID),
        Field("conversation_id", Kind.ID),
        Field("visibility", Kind.VISIBILITY),
        Field("mentions", Kind.IDS),
        Field("nsfw", Kind.FLAG),
        Field("toxic", Kind.FLAG),
    ),
)
FOLLOWS: Final = Table(
    "follows",
    (_key("follower_id"), _key("followee_id"), Field("created_at", Kind.TIME)),
    required=False,
)
INTERACTIONS: Final = Table(
    "interactions",
    (
        _key("user_id"),
        Field("action", Kind.ACTION, required=True, nullable=False),
        Field("tweet_id", Kind.ID),
        Field("target_user_id", Kind.ID),
        Field("created_at", Kind.TIME),
        Field("event_id", Kind.EVENT_ID),
        Field("value", Kind.NUMBER),
        Field("text", Kind.TEXT),
        Field("expires_at", Kind.TIME),
        Field("split", Kind.SPLIT),
    ),
)
IMPRESSIONS: Final = Table(
    "impressions",
    (
        _key("user_id"),
        _key("tweet_id"),
        Field("created_at", Kind.TIME),
        Field("position", Kind.NUMBER, within=(0, inf)),
        Field("propensity", Kind.NUMBER, within=(0, 1)),
        Field("request_id", Kind.ID),
        Field("split", Kind.SPLIT),
    ),
    required=False,
)
TABLES: Final = (USERS, TWEETS, FOLLOWS, INTERACTIONS, IMPRESSIONS)
