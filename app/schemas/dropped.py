"""What the filters of a feed dropped, and on what values."""

from __future__ import annotations

from app.schemas.strict import Strict
from app.schemas.timeline import Answer


class DroppedTweet(Strict):
    tweet_id: str
    grounds: dict[str, bool | int | float | str | None]
    """On what values; empty where a filter compares tweets with each other."""


class DroppingView(Strict):
    """One filter. Where a source was asked for more, it judged some tweets again, and counts them
    again."""

    stage: str
    component: str
    rows_in: int
    rows_out: int
    withheld: bool
    """Whether its tweets are not listed, since they would tell whom the user blocks or mutes."""
    tweets: list[DroppedTweet]


class Dropped(Answer):
    filters: list[DroppingView]
    """In the order in which they ran."""
