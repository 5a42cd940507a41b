"""Users and tweets as they are read."""

from __future__ import annotations

from datetime import datetime

from app.schemas.strict import Strict


class UserView(Strict):
    user_id: str
    name: str | None
    created_at: datetime | None
    sensitive_ok: bool
    """Whether the user asked to see adult content."""
    followers: int
    following: int
    tweets: int


class UserPage(Strict):
    items: list[UserView]
    next_cursor: str | None
    """Null on the last page."""


class TweetView(Strict):
    tweet_id: str
    author_id: str | None
    created_at: datetime | None
    text: str | None
    topic: str | None
    conversation_id: str
    is_reply: bool
    visibility: str
    """`public` or `unlisted`."""
    nsfw: bool | None
    """As declared; null where not declared."""
    toxic: bool | None
