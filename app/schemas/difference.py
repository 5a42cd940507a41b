"""How a page differs from the one that is served."""

from __future__ import annotations

from app.schemas.strict import Strict


class Moved(Strict):
    tweet_id: str
    rank: int
    rank_before: int


class Difference(Strict):
    """From the page as it is served."""

    entered: list[str]
    left: list[str]
    moved: list[Moved]
