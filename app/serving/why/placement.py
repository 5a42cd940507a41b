"""Why a row of a feed stands where it stands, and what that costs in score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor
from typing import Literal

import numpy as np

from app.pipeline.batch import CandidateBatch
from app.pipeline.components import Allotment
from app.pipeline.stages import SCORE
from app.selectors.quota import MIDDLE


@dataclass(frozen=True, slots=True)
class Placement:
    reason: Literal["best", "share", "reserved"]
    cost: float  # by which the best row that is passed over for it has more score


def placement(order: CandidateBatch, place: int, allotments: Sequence[Allotment]) -> Placement:
    """Of the row at a place, from 1, of a whole feed in its order.

    It is the best of those that wait, or of those whose source has not had its share of the places,
    or stands where a place is reserved for a source of its own.
    """
    score = order[SCORE]
    row, best = place - 1, float(score[place - 1 :].max())
    cost = best - float(score[row])
    if cost == 0:
        return Placement("best", 0.0)
    for source, one in enumerate(allotments):
        proposed = order.sources[:place] >> np.uint32(source) & 1
        due = floor(one.reserved * place + MIDDLE)
        if proposed[-1] and np.count_nonzero(proposed[:-1]) < due:
            return Placement("reserved", cost)
    return Placement("share", cost)
