"""Of whom little is known, tweets take turns: behind the best few some wait by chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from app.pipeline.batch import CandidateBatch, Column, Mask, Order, Rows
from app.pipeline.components import Allotment, Selector
from app.pipeline.placement import MOVED, RULES, Selection
from app.pipeline.query import Query
from app.selectors.blocks import BLOCK
from app.selectors.budgeted import worth
from ml.kernels import inline_kernel, kernel
from ml.state.feature_state import FeatureState

CERTAIN: Final = 3  # places for what is best for most; by chance they are given to nobody else
WAIT: Final = 20  # places that a tweet waits
TINY: Final = 1e-30  # instead of zero where it divides
TRIED: Final = RULES.index("reserved")


@dataclass(frozen=True, slots=True)
class Exploration:
    """All tweets by an author wait or do not, and others in every request: `share` of the authors
    where nothing is known of the viewer, fewer the more they did or follow.

    What is best for most is shown to most, and not to everybody: so it is found out what a newcomer
    likes, and four newcomers do not get one page.
    """

    selector: Selector
    state: FeatureState
    share: float

    def select(
        self, query: Query, batch: CandidateBatch, allotments: Sequence[Allotment]
    ) -> Selection:
        whole = self.selector.select(query._replace(limit=len(batch)), batch, allotments)
        share = self.share / (1 + self._known(query))
        waits = _waits(batch.author[whole.order], np.uint64(query.seed), share)
        waits[:CERTAIN] = False
        places = np.arange(len(waits))
        turn = np.argsort(places + WAIT * waits, kind="stable")  # the place that each had
        is_tried = turn > places
        cost = _lost(worth(batch)[whole.order], turn) * is_tried  # who waits takes nobody's place
        rule = np.where(is_tried, TRIED, MOVED)
        stays = turn == places
        return Selection(
            whole.order[turn[: query.limit]],
            np.where(stays, whole.rule, rule)[: query.limit].astype(np.float32),
            np.where(stays, whole.cost, cost)[: query.limit].astype(np.float32),
        )

    def _known(self, query: Query) -> int:
        """How many tweets the viewer engaged with, and people they follow."""
        if query.viewer < 0:
            return 0
        written = int(self.state.history.written[query.viewer])
        return written + len(query.neighborhood.following)


def _lost(value: Column, turn: Order) -> Column:
    """(places,) how much less each row is worth than what stood in its place, in shares of the
    block of places."""
    if not len(value):
        return value
    blocks = np.add.reduceat(value, np.arange(0, len(value), BLOCK))  # (blocks,)
    whole = np.maximum(np.repeat(blocks, BLOCK)[: len(value)], TINY)
    lost: Column = np.maximum(value - value[turn], 0) / whole
    return lost


@kernel
def _waits(author: Rows, seed: np.uint64, share: float) -> Mask:
    waits = np.empty(len(author), np.bool_)
    for i in range(len(author)):
        waits[i] = _uniform(seed, np.uint64(np.int64(author[i]) + 1)) < share
    return waits


@inline_kernel
def _uniform(seed: np.uint64, author: np.uint64) -> float:
    """A number from 0 to 1 that depends on both (SplitMix64, Steele et al., 2014)."""
    bits = seed + np.uint64(0x9E3779B97F4A7C15) * (author + np.uint64(1))
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return float((bits ^ (bits >> np.uint64(31))) >> np.uint64(11)) * 2.0**-53
