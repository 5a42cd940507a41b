"""The body of a record in which a person says what they want of their feed, or takes it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Preference:
    """About one thing; a later one about the same thing takes its place."""

    user_id: str
    kind: str  # of `ml.preferences.KINDS`
    name: str  # of the thing: of a topic, the id of an author, the words of a phrase
    verb: str  # of `ml.preferences.VERBS`
    expires_at: int | None = None  # unix seconds

    def to_json(self) -> Mapping[str, Any]:
        """The fields that have a value."""
        body: dict[str, Any] = {name: getattr(self, name) for name in FIELDS}
        return body if self.expires_at is None else body | {"expires_at": self.expires_at}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Preference:
        user_id, kind, name, verb = (str(body[name]) for name in FIELDS)
        until = body.get("expires_at")
        return cls(user_id, kind, name, verb, None if until is None else int(until))


FIELDS = ("user_id", "kind", "name", "verb")
