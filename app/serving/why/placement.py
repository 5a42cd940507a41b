"""Why a row of a feed stands where it stands, and what that costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.pipeline.batch import CandidateBatch
from app.pipeline.placement import COST, RULE, RULES

REASONS: Final = (*RULES, "best", "moved")  # by the number that a selection has for them


@dataclass(frozen=True, slots=True)
class Placement:
    reason: str
    cost: float  # in shares of the value of the ten best rows that were left


def placement(order: CandidateBatch, place: int) -> Placement:
    """Of the row at a place, from 1, of a whole feed in its order."""
    return Placement(REASONS[int(order[RULE][place - 1])], float(order[COST][place - 1]))
