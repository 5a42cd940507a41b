"""People as others know them: their names, what they like, whom they are near."""

from __future__ import annotations

from datetime import datetime

from app.schemas.strict import Strict
from app.schemas.timeline import Safety


class Person(Strict):
    user_id: str
    name: str | None


class Taste(Strict):
    """A topic, and how many of the tweets that somebody engaged with lately are about it."""

    topic: str
    tweets: int


class Tie(Strict):
    person: Person
    strength: float
    """RealGraph's, in 0–1."""
    mutual: bool
    """Whether they follow back."""


class Member(Strict):
    person: Person
    score: float
    """How well known they are for this community, in 0–1."""


class CommunityView(Strict):
    """A learned community that somebody takes part in."""

    number: int
    weight: float
    """How much; the squares of all weights add up to 1."""
    members: int
    best_known: list[Member]


class Profile(Strict):
    person: Person
    tastes: list[Taste]
    """Of the latest engagements, the most frequent first."""
    ties: list[Tie]
    """To the people that they follow, the strongest first."""
    communities: list[CommunityView]


class Card(Strict):
    """A tweet as its viewer would see it."""

    tweet_id: str
    author: Person | None
    """Null where the author is not known."""
    follows_author: bool
    created_at: datetime | None
    text: str | None
    safety: Safety
    topic: str | None
    has_media: bool
    answers: Person | None
    """Whom it answers."""
    engaged: int
    """How many of the people that the viewer follows engaged with it."""
    engaged_by: list[Person]
    """Some of them, the closest first."""


class Cards(Strict):
    items: list[Card]
    """Without tweets that are not known, or that the viewer may not see."""
