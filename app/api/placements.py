"""Why each tweet of a page stands where it stands, as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from app.pipeline.batch import CandidateBatch
from app.pipeline.placement import BROUGHT_BY, COST, REASONS, RULE, bought

DIGITS: Final = 6

Json = dict[str, Any]  # an object: what the encoder takes


def of(batch: CandidateBatch) -> Sequence[Json | None]:
    """A `Placement` for each row; None where an older version served the first page."""
    if RULE not in batch.columns:
        return [None] * len(batch)
    rule = batch[RULE].astype(np.intp).tolist()
    cost = batch[COST].astype(np.float64).round(DIGITS).tolist()
    return [
        {"reason": REASONS[one], "rule": BROUGHT_BY[one], "cost": costs}
        for one, costs in zip(rule, cost, strict=True)
    ]


def rules(batch: CandidateBatch) -> dict[str, Json]:
    """A `RuleCost` for each rule that brought a row."""
    return {
        name: {"rows": its.rows, "cost": round(its.cost, DIGITS)}
        for name, its in bought(batch).items()
    }
