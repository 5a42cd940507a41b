"""Users and tweets as they are written: rows of the tables."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from app.schemas.strict import Strict
from app.schemas.values import LONGEST_NAME, LONGEST_TEXT, Flag, Id, Moment, Words


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
    nsfw: Flag = None
    toxic: Flag = None


class UserRow(UserIn):
    user_id: Id


class TweetRow(TweetIn):
    tweet_id: Id
