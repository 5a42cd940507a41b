"""Is it running, and what is it running on?"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from app.schemas.strict import Strict


class Window(Strict):
    """Which tweets are fresh enough to be shown."""

    max_age_hours: float
    oldest: datetime
    tweets: int
    widened: bool
    """Too few were young enough, so the newest were taken."""


class Alive(Strict):
    status: Literal["alive"] = "alive"


class Standing(Strict):
    """One figure of one policy when the bundle was trained; null where nothing was judged."""

    policy: str
    metric: str
    value: float | None
    low: float | None
    """The 95 % interval over viewers."""
    high: float | None
    ahead: float | None
    """The product's value less this one's, for the same viewers."""
    ahead_low: float | None
    ahead_high: float | None
    loses: bool
    """Whether the product is behind it by more than chance."""


class Ready(Strict):
    status: Literal["ready", "degraded"]
    degraded: dict[str, str]
    """The parts that do not work at the moment, each with the reason."""
    writing: Literal["on", "off"]
    """Whether events can be written; `off` where there is no event log, or no room for it."""
    stale_seconds: float | None
    """For how long the event log has not been reached, so that nothing newer is served; null while
    it is."""
    clock: Literal["wall", "world", "frozen"]
    as_of: datetime
    model_version: str
    ranker: str
    missing: list[str]
    """Models that are not there."""
    not_in_data: list[str]
    """What the tables lacked when the models were trained."""
    leaderboard: list[Standing]
    """The product beside simple policies, on what came last before the cut of its training."""
    loses_to: list[str]
    """The simple policies that were better than the product by more than chance."""
    users: int
    tweets: int
    window: Window


class Serving(Strict):
    model_version: str
    """The bundle that is served from now on."""
