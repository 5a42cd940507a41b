"""Why each tweet of a page stands where it stands, as JSON."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from app.pipeline.batch import CandidateBatch
from app.pipeline.placement import BROUGHT_BY, COST, REASONS, RULE, bought
from app.schemas.timeline import Placement
from app.serving.json_form import A_NUMBER, A_VALUE, DIGITS

FIELDS: Final = {"reason": A_VALUE, "rule": A_VALUE, "cost": A_NUMBER}  # of a `Placement`
WORDS: Final = tuple(zip(REASONS, BROUGHT_BY, strict=True))

Json = dict[str, Any]  # an object: what the encoder takes


def reasons(batch: CandidateBatch) -> list[tuple[str, str | None]]:
    """The reason of each row, and the rule that brought it."""
    return [WORDS[rule] for rule in batch[RULE].astype(np.intp).tolist()]


def one(batch: CandidateBatch, row: int) -> Placement:
    """The placement of a row."""
    rule = int(batch[RULE][row])
    cost = round(float(batch[COST][row]), DIGITS)
    return Placement(reason=REASONS[rule], rule=BROUGHT_BY[rule], cost=cost)


def rules(batch: CandidateBatch) -> dict[str, Json]:
    """A `RuleCost` for each rule that brought a row."""
    return {
        name: {"rows": its.rows, "cost": round(its.cost, DIGITS)}
        for name, its in bought(batch).items()
    }
