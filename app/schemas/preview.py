"""A feed with other settings, and how it differs from that in use."""

from __future__ import annotations

from app.schemas.strict import Strict
from app.schemas.timeline import Timeline


class Moved(Strict):
    tweet_id: str
    rank: int
    rank_before: int


class Difference(Strict):
    """From the page as it is served."""

    entered: list[str]
    left: list[str]
    moved: list[Moved]


class PreviewTimeline(Timeline):
    difference: Difference | None = None
    """Only where `compare` was asked for."""
