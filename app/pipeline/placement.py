"""Why a row stands where it stands, and what that cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple, Self

import numpy as np

from app.pipeline.batch import CandidateBatch, Column, Order

RULES: Final = ("source", "share", "reserved", "author", "topic")  # what a selector may pay for
BEST: Final = len(RULES)  # it is one of the best that were left
MOVED: Final = BEST + 1  # so it was before a rule gave its place to another
REASONS: Final = ("share", "share", "reserved", "filled", "filled", "best", "moved")  # of each
BROUGHT_BY: Final = (*RULES, None, None)  # the rule, where one brought it
RULE, COST = "placement.rule", "placement.cost"  # the columns of a selection


@dataclass(frozen=True, slots=True)
class Selection:
    """The rows that are served, in their order.

    `rule` holds for each the place in `RULES` of the rule that brought it, `BEST` or `MOVED`;
    `cost` what it is worth less than the row that it replaced, in shares of the value of its block
    of places as it would be without rules.
    """

    order: Order
    rule: Column
    cost: Column

    @classmethod
    def of_the_best(cls, order: Order) -> Self:
        """Where there are no rules."""
        free = np.zeros(len(order), np.float32)
        return cls(order, np.full(len(order), BEST, np.float32), free)

    def of(self, batch: CandidateBatch) -> CandidateBatch:
        """The rows of a batch that are served."""
        return batch.take(self.order).with_columns({RULE: self.rule, COST: self.cost})


class Bought(NamedTuple):
    """What a rule has on a page."""

    rows: int
    cost: float  # in shares of the value of ten places


def bought(batch: CandidateBatch) -> dict[str, Bought]:
    """What each rule that brought a row bought on a page, and what it cost."""
    if RULE not in batch.columns:
        return {}
    rule, cost = batch[RULE], batch[COST]
    return {
        name: Bought(int(mine.sum()), float(cost[mine].sum(dtype=np.float64)))
        for place, name in enumerate(RULES)
        if (mine := rule == place).any()
    }
