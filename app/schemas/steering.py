"""What a person asked of their feed by a sentence."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from app.schemas.difference import Difference
from app.schemas.strict import Strict
from app.schemas.values import Offset

MOST_CHARACTERS = 500
ID_CHARACTERS = 400


class SteeringRequest(Strict):
    text: Annotated[str, Field(min_length=1, max_length=MOST_CHARACTERS)]
    """What is wanted, in English or German, such as `less politics for 3 days, more from @ana`."""


class PreferenceView(Strict):
    id: str
    """Its kind and its name; a later wish about the same takes its place."""
    verb: Literal["more", "less", "no", "only", "use"]
    kind: Literal["topic", "author", "word", "source", "form", "setting"]
    name: str
    """Of the topic, the id of the author, the word; `preset:seed` of a setting."""
    label: str
    """What was understood, in words."""
    part: str | None = None
    """The part of the sentence that asks for it."""
    expires_at: datetime | None
    """Until when it holds; null where that is until it is revoked."""


class UnclearView(Strict):
    part: str
    missing: str
    """What it would need to be understood."""


class Preferences(Strict):
    user_id: str
    as_of: datetime
    preferences: list[PreferenceView]
    """All that hold, the oldest first."""


class Steered(Preferences):
    understood: list[PreferenceView]
    not_understood: list[UnclearView]
    difference: Difference
    """What becomes different on the first page of For You."""
    offset: Offset | None
    """Of the log, where it was written; null where nothing was understood."""


class Revoked(Preferences):
    revoked: list[str]
    offset: Offset | None


class RevokeParameters(Strict):
    preference: Annotated[str | None, Field(max_length=ID_CHARACTERS)] = None
    """The `id` of the one to revoke; all, if not given."""
