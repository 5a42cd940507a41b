"""The best rows, among which rules bring others for a price, all within one budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import inf
from typing import Final

import numpy as np

from app.pipeline.batch import CandidateBatch, Column
from app.pipeline.components import Allotment
from app.pipeline.placement import Selection
from app.pipeline.query import Query
from app.retrieval.best_first import best_first
from app.selectors.blocks import BLOCK, fill
from app.selectors.exchange import RESERVED, SOURCE, Values
from app.selectors.prices import Prices
from ml.state.feature_state import FeatureState

SURE: Final = np.float32(1 - 2.0**-24)  # the greatest base score below 1 in single precision
ONE: Final = np.float32(1)
REMEMBERED: Final = 64  # tables that do not depend on the request


@dataclass(frozen=True, slots=True)
class Budgeted:
    """Ten places are filled at a time, so that ten are the first ten of a hundred. Each ten are
    worth at least `1 - budget` of the ten best that were left, and stand best first. Rules look at
    the first hundred places.

    What a row is worth is x times every factor, where its base score is x / (1 + x).
    """

    state: FeatureState
    budget: float
    prices: Prices

    def select(
        self, query: Query, batch: CandidateBatch, allotments: Sequence[Allotment]
    ) -> Selection:
        value = worth(batch)
        ordered = best_first(value, batch.tweet)
        places = min(query.limit, len(ordered))
        order = np.empty(places, np.intp)
        rule, cost = np.empty(places, np.float32), np.empty(places, np.float32)
        fill(
            value,
            ordered,
            batch.tweet,
            batch.author,
            batch.sources,
            self.state.tweets.tags,
            _sources(tuple([(a.share, a.present, a.reserved) for a in allotments]), self.prices),
            _prices(self.prices),
            float(self.budget),
            order,
            rule,
            cost,
        )
        return Selection(order, rule, cost)


def worth(batch: CandidateBatch) -> Column:
    """(rows,) what each row is worth to the viewer; an average impression is worth 1."""
    value: Column = np.divide(batch["score"], ONE - np.minimum(batch["base_score"], SURE))
    return value


@lru_cache(maxsize=REMEMBERED)
def _prices(prices: Prices) -> Values:
    """(rules,) in the order of `RULES`."""
    return np.array([prices.source, prices.share, prices.explore, prices.author, prices.topic])


@lru_cache(maxsize=REMEMBERED)
def _sources(allotted: tuple[tuple[float | None, bool, float], ...], prices: Prices) -> Values:
    """(4, sources) the share of each, what is due to it, by which rule and at which price.

    Args:
        allotted: of each `Allotment` its share, whether it is present, and what is reserved.
    """
    table = np.empty((4, max(len(allotted), 1)))
    table[:] = np.array([[inf], [0.0], [SOURCE], [0.0]])
    for place, (share, present, reserved) in enumerate(allotted):
        rule = RESERVED if reserved else SOURCE
        due = reserved or (1 / BLOCK if present else 0.0)
        price = prices.explore if reserved else prices.source
        table[:, place] = inf if share is None else share, due, rule, price
    return table
