"""The scores of given tweets for one viewer."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from app.schemas.strict import Strict
from app.schemas.timeline import Answer, ScoredTweet
from app.schemas.values import Id

MAX_SCORED: Final = 1_000  # in one call


class ScoreRequest(Strict):
    user_id: Id
    tweet_ids: Annotated[list[Id], Field(min_length=1, max_length=MAX_SCORED)]


class ScoreItem(ScoredTweet):
    eligible: bool
    dropped_by: str | None
    """The first filter that would keep it out of a timeline."""


class ScoreResponse(Answer):
    items: list[ScoreItem]
    unknown: list[str]
    """The ids that belong to no tweet."""
