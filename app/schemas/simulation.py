"""What came of the feed when it was last used by simulated people."""

from __future__ import annotations

from datetime import datetime

from app.schemas.strict import Strict


class SimulatedFigure(Strict):
    """With its 95 % interval; null where there was nothing to count."""

    value: float | None
    low: float | None
    high: float | None


class SimulatedPolicy(Strict):
    policy: str
    engagements_per_session: SimulatedFigure
    negatives_per_1000: SimulatedFigure
    """How often people wanted less of it, or reported it, per 1,000 tweets shown."""
    return_rate: SimulatedFigure
    """The share of sessions after which people came back."""


class Simulation(Strict):
    """The last run of `foryou simulate`; all null, and no policies, where there was none."""

    ended_at: datetime | None
    bundle: str | None
    """The models that were simulated; others may serve now."""
    people: int | None
    days: float | None
    policies: list[SimulatedPolicy]
