"""Users and tweets as they are written: rows of the tables."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from app.schemas.strict import Strict
from app.schemas.values import LONGEST_NAME, LONGEST_TEXT, Flag, Id, Moment, Visibility, Words

MAX_MENTIONS: Final = 1_000


class UserIn(Strict):
    """A row of the table `users`, without its id."""

    name: Annotated[str | None, Field(max_length=LONGEST_TEXT)] = None
    created_at: Moment = None
    interests: Words = None
    sensitive_ok: Flag = None


class TweetIn(Strict):
    """A row of the table `tweets`, without its id."""

    author_id: Id | None
    created_at: Moment = None
    text: Annotated[str | None, Field(max_length=LONGEST_TEXT)] = None
    topic: Annotated[str | None, Field(max_length=LONGEST_NAME)] = None
    has_media: Flag = None
    hashtags: Words = None
    in_reply_to_id: Id | None = None
    conversation_id: Id | None = None
    visibility: Visibility | None = None
    """Who may see it: everybody; followers of its author (`unlisted`, `followers`); or its author
    and `mentions`. If not given: as it was, and of a new tweet everybody."""
    mentions: Annotated[list[Id] | None, Field(max_length=MAX_MENTIONS)] = None
    """The ids of users, of whom only `mentioned` takes notice."""
    nsfw: Flag = None
    toxic: Flag = None


class UserRow(UserIn):
    user_id: Id


class TweetRow(TweetIn):
    tweet_id: Id
