"""The best rows, among which rules bring others for a price, all within one budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
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

SURE: Final = 1 - 2.0**-24  # the greatest base score below 1 in single precision


@dataclass(frozen=True, slots=True)
class Budgeted:
    """Ten places are filled at a time, so that ten are the first ten of a hundred. Each ten are
    worth at least `1 - budget` of the ten best that were left, and stand best first. Rules look at
    the first hundred places.

    What a row is worth is x times every factor, where its base score is x / (1 + x).
    """

    state: FeatureState
    budget: float = 0.03
    prices: Prices = field(default_factory=Prices)

    def select(
        self, query: Query, batch: CandidateBatch, allotments: Sequence[Allotment]
    ) -> Selection:
        value = worth(batch)
        ordered = best_first(value, batch.tweet)
        tweet = batch.tweet[ordered]
        places = min(query.limit, len(ordered))
        order, rule, cost = np.empty(places, np.int64), np.empty(places), np.empty(places)
        fill(
            value[ordered].astype(np.float64),
            batch.author[ordered],
            self.state.tweets.tags[tweet, 0],
            batch.sources[ordered],
            self._sources(allotments),
            self._prices,
            float(self.budget),
            order,
            rule,
            cost,
        )
        return Selection(ordered[order], rule.astype(np.float32), cost.astype(np.float32))

    @property
    def _prices(self) -> Values:
        """(rules,) in the order of `RULES`."""
        p = self.prices
        return np.array([p.source, p.share, p.explore, p.author, p.topic])

    def _sources(self, allotments: Sequence[Allotment]) -> Values:
        """(4, sources) the share of each, what is due to it, by which rule and at which price."""
        table = np.empty((4, max(len(allotments), 1)))
        table[:] = np.array([[inf], [0.0], [SOURCE], [0.0]])
        for place, one in enumerate(allotments):
            rule = RESERVED if one.reserved else SOURCE
            due = one.reserved or (1 / BLOCK if one.present else 0.0)
            price = self.prices.explore if one.reserved else self.prices.source
            table[:, place] = inf if one.share is None else one.share, due, rule, price
        return table


def worth(batch: CandidateBatch) -> Column:
    """(rows,) what each row is worth to the viewer; an average impression is worth 1."""
    base = np.minimum(batch["base_score"], SURE)
    value: Column = (batch["score"] / (1 - base)).astype(np.float32)
    return value
