"""What may be asked for in a URL."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from app.schemas.strict import Strict
from app.schemas.transparency import Product
from app.schemas.values import LONGEST_NAME, Id, Offset

MAX_TWEETS: Final = 100  # in a timeline


MAX_PEOPLE: Final = 100  # on one page


CURSOR_PATTERN: Final = r"^[0-9A-Za-z_=-]{1,512}$"


class NoParameters(Strict):
    """No parameters in the URL."""


class LanguageParameters(Strict):
    language: Literal["en", "de"] | None = None
    """Of a page for people; by default what the browser prefers."""


class NoBody(Strict):
    """An empty JSON object."""


class AfterParameters(Strict):
    after_offset: Offset | None = None
    """Answer only once all up to this `offset` of a write has had its effect."""


class TimelineParameters(AfterParameters):
    limit: Annotated[int, Field(ge=1, le=MAX_TWEETS)] = 10
    """How many tweets."""
    product: Product | None = None
    """Which feed: the best for this person; all tweets by the people they follow, newest first; or
    those and what is popular, without any profile. By default what this person chose, which is
    For You until they choose."""
    explain: bool = False
    """Whether to add the trace: who did what, to how many rows, in what time."""
    cursor: Annotated[str | None, Field(pattern=CURSOR_PATTERN)] = None
    """Where to continue: the `next_cursor` of the page before, which also names the product."""
    peek: bool = False
    """Whether to look only: nothing is logged, and nothing counts as served. A first page then has
    no `next_cursor`. A HEAD and a browser's prefetch (`Sec-Purpose: prefetch`) are peeks too."""


class WhyParameters(AfterParameters):
    limit: Annotated[int, Field(ge=1, le=MAX_TWEETS)] = 10
    """How many tweets the page has that it may enter."""
    product: Product | None = None
    """In which feed; by default the one that this person chose."""


class DroppedParameters(WhyParameters):
    examples: Annotated[int, Field(ge=1, le=MAX_TWEETS)] = 10
    """How many tweets of each filter."""


class CardParameters(AfterParameters):
    tweet_id: Annotated[list[Id], Field(min_length=1, max_length=MAX_TWEETS)]
    """Which; given once for each."""


class FollowParameters(AfterParameters):
    limit: Annotated[int, Field(ge=1, le=MAX_PEOPLE)] = 10
    """How many people."""


class PageParameters(AfterParameters):
    limit: Annotated[int, Field(ge=1, le=MAX_PEOPLE)] = 20
    """How many."""
    cursor: Annotated[str | None, Field(pattern=r"^[0-9a-f]{8}$")] = None
    """Where to continue: the `next_cursor` of the page before."""


class UserParameters(PageParameters):
    find: Annotated[str | None, Field(min_length=1, max_length=LONGEST_NAME)] = None
    """Only users with this id, this in their names, or this interest; case aside."""
    follows_nobody: bool = False
    """Only users who follow nobody."""
