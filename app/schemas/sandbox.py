"""What would be, if something happened: asked of a copy of the state."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from app.schemas.event import EventIn
from app.schemas.parameters import MAX_TWEETS
from app.schemas.strict import Strict
from app.schemas.timeline import Safety
from app.schemas.values import LONGEST_NAME, LONGEST_TEXT, Flag

MAX_STEPS: Final = 100
MAX_ASKED: Final = 500


class SandboxRequest(Strict):
    events: Annotated[list[EventIn], Field(max_length=MAX_STEPS)]
    """What the user does, in this order, from the state as it is; an impression counts for
    nothing here."""
    limit: Annotated[int, Field(ge=1, le=MAX_TWEETS)] = 10
    """How many tweets."""
    product: Literal["for_you", "following"] = "for_you"
    """Which feed."""


class RehearsalRequest(Strict):
    """A tweet that is not written."""

    text: Annotated[str, Field(max_length=LONGEST_TEXT)]
    topic: Annotated[str | None, Field(max_length=LONGEST_NAME)] = None
    has_media: Flag = None
    people: Annotated[int, Field(ge=1, le=MAX_ASKED)] = 200
    """How many people to ask for, of whom half are followers if there are as many."""
    limit: Annotated[int, Field(ge=1, le=MAX_TWEETS)] = 10
    """How many tweets a page has."""


class ReachView(Strict):
    people: int
    shown: int
    """On whose first page it would be."""
    ranked: int
    """In whose feed it would be further back."""
    sources: dict[str, int]
    """How many of them each source would propose it to, of those in whose feed it is."""
    dropped_by: dict[str, int]
    """For how many of the others each filter would drop it."""
    median_place: float | None
    """Among those who are shown it."""


class RehearsalView(Strict):
    """Nothing was written."""

    author_id: str
    model_version: str
    safety: Safety
    hidden_from: Safety
    """From which probability on it is hidden from those who do not want to see such tweets."""
    followers: ReachView
    others: ReachView
