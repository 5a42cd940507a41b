"""Every rule has a price, a page has a budget, and ten places are the first ten of a hundred."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import floor
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.pipeline.placement import BEST, MOVED, RULES
from app.pipeline.trace import Trace
from app.products.rules import RULES as PRESETS
from app.selectors.blocks import BLOCK, RULED, fill
from app.selectors.exchange import RESERVED, SOURCE
from app.serving.engine import Engine, assemble

SOURCES = np.array(  # share, due, rule and price of each
    [
        [0.5, 0.2, np.inf, 0.0],
        [0.1, 0.1, 0.1, 0.1],
        [SOURCE, SOURCE, SOURCE, RESERVED],
        [0.03, 0.03, 0.03, 0.02],
    ]
)
ROUND = 1e-9


@dataclass(frozen=True)
class Pool:
    """Rows, best first."""

    value: np.ndarray
    author: np.ndarray
    topic: np.ndarray
    marks: np.ndarray
    price: np.ndarray
    budget: float

    @classmethod
    def drawn(cls, seed: int, rows: int, budget: float) -> Pool:
        rng = np.random.default_rng(seed)
        first, second = 1 << rng.choice(4, (2, rows), p=[0.7, 0.1, 0.15, 0.05])
        alone = rng.random(rows) < 0.8
        return cls(
            np.sort(rng.gamma(2, 1, rows).astype(np.float32))[::-1].astype(np.float64),
            rng.integers(-1, 5, rows).astype(np.int32),
            rng.integers(0, 8, rows).astype(np.uint32),
            np.where(alone, first, first | second).astype(np.uint32),
            np.array([0.03, rng.choice([0.0, 0.01]), 0.02, 0.06, 0.003]),
            budget,
        )

    def filled(self, places: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The rows of the places, the rule that brought each, and its cost."""
        count = min(places, len(self.value))
        order, rule, cost = np.empty(count, np.int64), np.empty(count), np.empty(count)
        shuffled = np.random.default_rng(len(self.value)).permutation(len(self.value))
        back = np.argsort(shuffled)  # the place of each row, best first, among the shuffled
        fill(
            self.value[shuffled].astype(np.float32),
            back,
            shuffled.astype(np.int32),  # the tweets, whose topics are in the order of the best
            self.author[shuffled],
            self.marks[shuffled],
            self.topic.reshape(-1, 1),
            SOURCES,
            self.price,
            self.budget,
            order,
            rule,
            cost,
        )
        return shuffled[order], rule, cost

    def has(
        self, rows: Sequence[int], block: int, taken: Counter[int], left: Counter[int]
    ) -> float:
        """What some rows buy of every rule in a block of places, as the prices have it."""
        marks = [int(self.marks[row]) for row in rows]
        had = Counter(source for mark in marks for source in range(4) if mark >> source & 1)
        first = Counter((mark & -mark).bit_length() - 1 for mark in marks)
        by = Counter(int(self.author[row]) for row in rows if self.author[row] >= 0)
        paid = self.price[4] * len({int(self.topic[row]) for row in rows} - {0})
        paid -= self.price[3] * sum(max(count - 2, 0) for count in by.values())
        for source, (share, due, _, price) in enumerate(SOURCES.T):
            owed = floor(due * BLOCK * (block + 1) + 0.5 + ROUND)
            owed -= floor(due * BLOCK * block + 0.5 + ROUND)
            paid += price * min(had[source], owed, left[source])
            room = np.ceil(share * (BLOCK * block + len(rows))) - taken[source]
            paid -= self.price[1] * max(first[source] - room, 0.0)
        return float(paid)


pools = st.builds(
    Pool.drawn, st.integers(0, 10**6), st.integers(0, 60), st.sampled_from([0.0, 0.05, 0.1, 0.5])
)


def block_of(pool: Pool, order: np.ndarray, start: int) -> tuple[list[int], float]:
    """The rows that wait for a block, best first, and what its ten best are worth."""
    waiting = sorted(set(range(len(pool.value))) - set(order[:start].tolist()))
    return waiting, float(pool.value[waiting[:BLOCK]].sum())


def counted(pool: Pool, rows: Sequence[int]) -> tuple[Counter[int], Counter[int]]:
    """Rows by their first source, and by every source."""
    marks = [int(pool.marks[row]) for row in rows]
    first = Counter((mark & -mark).bit_length() - 1 for mark in marks)
    return first, Counter(source for mark in marks for source in range(4) if mark >> source & 1)


@given(pools, st.integers(0, 60))
def test_a_shorter_page_is_the_beginning_of_a_longer_one(pool: Pool, places: int) -> None:
    order, rule, cost = pool.filled(60)
    assert sorted(order.tolist()) == list(range(len(pool.value)))
    for whole, part in zip((order, rule, cost), pool.filled(places), strict=True):
        np.testing.assert_array_equal(part, whole[:places])


@given(pools)
def test_no_ten_places_lose_more_than_their_budget(pool: Pool) -> None:
    order, _, cost = pool.filled(60)
    assert (cost >= 0).all()
    for start in range(0, len(order), BLOCK):
        _, best = block_of(pool, order, start)
        rows, costs = order[start : start + BLOCK], cost[start : start + BLOCK]
        assert (np.diff(pool.value[rows]) <= 0).all()  # best first
        assert costs.sum() <= pool.budget + ROUND
        assert 1 - pool.value[rows].sum() / best == pytest.approx(costs.sum(), abs=ROUND)


@given(st.integers(0, 10**6))
def test_behind_the_first_hundred_the_best_come_first(seed: int) -> None:
    pool = Pool.drawn(seed, RULED + 70, budget=0.1)
    order, rule, cost = pool.filled(RULED + 70)
    assert sorted(order.tolist()) == list(range(RULED + 70))
    for whole, part in zip((order, rule, cost), pool.filled(RULED), strict=True):
        np.testing.assert_array_equal(part, whole[:RULED])
    assert (np.diff(order[RULED:]) > 0).all()  # rows are best first
    assert (cost[RULED:] == 0).all()
    assert set(rule[RULED:].tolist()) <= {BEST, MOVED}


@settings(max_examples=50)
@given(pools)
def test_every_reason_is_true(pool: Pool) -> None:
    """What a rule brought could not be sent back for what it cost; what is best or moved costs
    nothing; and no exchange that is left is worth it."""
    order, rule, cost = pool.filled(60)
    ever: set[int] = set()  # was among the best of an earlier block
    for start in range(0, len(order), BLOCK):
        waiting, best = block_of(pool, order, start)
        taken, _ = counted(pool, order[:start].tolist())
        _, left = counted(pool, waiting)
        block, top = start // BLOCK, waiting[:BLOCK]
        rows = order[start : start + BLOCK].tolist()
        came, went = (
            [row for row in rows if row not in top],
            [row for row in top if row not in rows],
        )
        worth = pool.has(rows, block, taken, left)
        assert rows[0] == top[0]
        replaced = dict(zip(came, went, strict=True))
        for place, row in enumerate(rows, start):
            if row in replaced:
                back = [replaced[row] if one == row else one for one in rows]
                assert rule[place] < len(RULES)
                assert worth - pool.has(back, block, taken, left) >= cost[place] - ROUND
            else:
                assert rule[place] == (MOVED if row in ever else BEST)
                assert cost[place] == 0
        spent = 1 - pool.value[rows].sum() / best
        for out in rows[1:]:
            for other in set(waiting) - set(rows):
                costs = (pool.value[out] - pool.value[other]) / best
                if spent + costs <= pool.budget:
                    instead = [other if one == out else one for one in rows]
                    gained = pool.has(instead, block, taken, left) - worth
                    assert gained - costs <= 1e-8
        ever |= set(top)


@pytest.mark.parametrize("budget", [0.01, 0.05, 0.1])
def test_almost_every_small_page_is_the_best_there_is(budget: float) -> None:
    """Of every set of ten rows with the best row in it; by trying all of them."""
    pages, equal = 100, 0
    for seed in range(pages):
        pool = Pool.drawn(seed, 15, budget)
        best = pool.value[:BLOCK].sum()
        taken, left = Counter[int](), counted(pool, range(15))[1]

        def objective(rows: tuple[int, ...], pool: Pool = pool, best: float = best) -> float:
            lost = 1.0 - float(pool.value[list(rows)].sum()) / best
            if lost > pool.budget + ROUND:
                return -np.inf
            return pool.has(rows, 0, taken, left) - lost  # noqa: B023

        most = max(objective((0, *others)) for others in combinations(range(1, 15), BLOCK - 1))
        equal += objective(tuple(pool.filled(BLOCK)[0].tolist())) >= most - ROUND
    assert equal >= 0.98 * pages


def test_no_setting_shows_what_a_hard_rule_hides(tiny_engine: Engine) -> None:
    """Whatever the rules pay, the same tweets may be shown, and they are all that is."""
    state, encoder = tiny_engine.state, tiny_engine.encoder
    settings = tiny_engine.settings
    assert set(PRESETS) == {"best", "balanced", "varied"}
    dear = dict.fromkeys(("source", "author", "explore", "topic", "share"), 1.0)
    pools = []
    changes: list[dict[str, Any]] = [{"rules": name} for name in PRESETS]
    for update in (*changes, {"budget": 1.0, "prices": dear}):
        changed = settings.model_copy(update=update)
        engine = assemble(
            changed, state, tiny_engine.bundle, tiny_engine.clock, encoder=tiny_engine.encoder
        )
        mixer = engine.products["for_you"].mixer
        queries = [engine.hydrate.query(state.users.ids.id(row), 100) for row in range(0, 40, 8)]
        pools.append([np.sort(mixer.run(query, Trace()).pool.tweet) for query in queries])
        for pool, query in zip(pools[-1], queries, strict=True):
            assert not (encoder.tweets.toxicity[pool] >= settings.unsafe_toxicity).any()
            assert not np.isin(pool, query.seen).any()
    for others in pools[1:]:
        for one, other in zip(pools[0], others, strict=True):
            np.testing.assert_array_equal(one, other)
