"""The body of a record in which a person acts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

Json = Mapping[str, Any]  # as logs store it


class Event(NamedTuple):  # of which there are many: a dataclass is made in five times the time
    """An action of a user on a tweet, on another user or on a word or domain."""

    action: str  # a label of `ml.schema.Action`
    user_id: str
    tweet_id: str | None = None
    target_user_id: str | None = None
    request_id: str | None = None
    position: float | None = None  # of an impression, 0 at the top
    value: float | None = None
    text: str | None = None  # that is muted
    expires_at: int | None = None  # unix seconds

    def to_json(self) -> Json:
        """The fields that have a value."""
        fields = zip(EVENT, self, strict=True)
        return {name: value for name, value in fields if value is not None}

    @classmethod
    def from_json(cls, body: Json) -> Event:
        return cls(
            **{
                name: EVENT[name](value)
                for name, value in body.items()
                if value is not None and name in EVENT
            }
        )


EVENT: Final[Mapping[str, Callable[[Any], Any]]] = {  # what reads each field of an event
    "action": str,
    "user_id": str,
    "tweet_id": str,
    "target_user_id": str,
    "request_id": str,
    "position": float,
    "value": float,
    "text": str,
    "expires_at": int,
}
