"""Blocks of ten places: the ten best rows, of which rules exchange some for what it is worth."""

from __future__ import annotations

from math import inf
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.pipeline.batch import Marks, Order, Rows
from app.pipeline.placement import BEST, MOVED, RULES
from app.selectors.exchange import (
    ABOUT,
    BY,
    DUE,
    FIRST,
    HAD,
    INSIDE,
    MARKS,
    PRICE,
    ROOM,
    RULE,
    TOOK,
    TOPIC,
    Facts,
    Seats,
    Values,
    count,
    exchange,
    gained,
    most,
    released,
)
from ml.kernels import kernel

BLOCK: Final = 10  # places that are filled together, so that ten are the first ten of a hundred
RULED: Final = (
    10 * BLOCK
)  # places that rules look at: few people read on, and each block costs time
MIDDLE: Final = 0.5 + 1e-9  # of the places that one is due of, it is the middle one
LEAST: Final = 1e-9  # of the value of a block: what an exchange must be worth
FREE: Final = 1e12  # more than anything buys per cost
TINY: Final = 1e-300  # instead of zero where it divides
MOST: Final = 100  # exchanges in a block; each makes it worth more, so they end long before

Topics = NDArray[np.uint32]  # 0 where there is none
Reasons = NDArray[np.int64]


@kernel
def fill(
    value: Values,
    author: Rows,
    topic: Topics,
    marks: Marks,
    sources: Values,
    price: Values,
    budget: float,
    order: Order,
    reason: Values,
    cost: Values,
) -> None:
    """Fill places, block after block.

    Each block begins as the ten best rows that are left. Then a row outside takes the place of one
    inside, but never of the best, as long as that buys more than it costs: first what costs
    nothing, then what buys most per cost. No block is worth less than `1 - budget` of its ten best.
    Behind the first `RULED` places the rows that are left stand best first.

    Args:
        value: (rows,) best first.
        author, topic, marks: (rows,) of each row.
        sources: (4, sources) the share that each may have at most; what is due to it, of all
            places; the rule that pays for what is due; and the price.
        price: (rules,) the most that is paid for one of each, in shares of the ten best.
        order, reason, cost: (places,) written here: the row, why it stands there, and what that
            cost, in shares of the ten best.
    """
    waiting, was_best = np.arange(len(value)), np.zeros(len(value), np.bool_)
    seats, taken = np.zeros((6, sources.shape[1])), np.zeros(sources.shape[1])
    left = np.zeros(sources.shape[1])  # rows of each source that wait
    for source in range(sources.shape[1]):
        left[source] = (marks >> np.uint32(source) & np.uint32(1)).sum()
    seats[RULE], seats[PRICE] = sources[2], sources[3]
    ruled = min(len(order), RULED)
    for start in range(0, ruled, BLOCK):
        size = min(BLOCK, len(waiting))
        _open(seats, sources, taken, left, start, size)
        best = max(value[waiting[:size]].sum(), TINY)
        facts = _facts(author, topic, marks, waiting[:size], seats, size)
        least = value[waiting[size - 1]] - min(budget, _worth_most(facts, seats, price)) * best
        window = waiting[: _reach(value, waiting, size, least)]
        seats[HAD], seats[TOOK] = 0.0, 0.0
        facts = _facts(author, topic, marks, window, seats, size)
        part = value[window] / best
        _improve(part, facts, seats, price, budget, size)
        why, costs = _explained(part, facts, seats, price, was_best[window], size)
        place = start
        for row in range(len(window)):
            if facts[INSIDE, row] and place < len(order):
                order[place], reason[place], cost[place] = window[row], why[row], costs[row]
                place += 1
        was_best[window[:size]] = True
        waiting = _without(waiting, facts)
        taken += seats[TOOK]
        left -= seats[HAD]
    for place in range(ruled, len(order)):
        row = waiting[place - ruled]
        order[place], reason[place], cost[place] = row, MOVED if was_best[row] else BEST, 0.0


@kernel
def _open(
    seats: Seats, sources: Values, taken: Values, left: Values, start: int, size: int
) -> None:
    """What is due to each source, as far as its rows go, and has room, in a block that begins at a
    place."""
    for source in range(seats.shape[1]):
        due = np.floor(sources[1, source] * (start + BLOCK) + MIDDLE)
        due -= np.floor(sources[1, source] * start + MIDDLE)
        seats[DUE, source] = min(due, left[source])
        seats[ROOM, source] = np.ceil(sources[0, source] * (start + size)) - taken[source]
    seats[HAD], seats[TOOK] = 0.0, 0.0


@kernel
def _worth_most(facts: Facts, seats: Seats, price: Values) -> float:
    """The most that exchanges may buy: a topic each, where the block lacks nothing else."""
    for row in range(facts.shape[1]):
        if released(facts, seats, row, price) > 0:
            return inf
    for source in range(seats.shape[1]):
        if seats[HAD, source] < seats[DUE, source] and seats[PRICE, source] > 0:
            return inf
    return float(price[TOPIC])


@kernel
def _reach(value: Values, waiting: Order, size: int, least: float) -> int:
    """How many rows are in the block, or worth enough to take a place in it."""
    reach = size
    while reach < len(waiting) and value[waiting[reach]] >= least:
        reach += 1
    return reach


@kernel
def _facts(
    author: Rows, topic: Topics, marks: Marks, window: Order, seats: Seats, size: int
) -> Facts:
    """The facts of the rows of a window, the first so many of which are inside."""
    facts = np.zeros((7, len(window)), np.int64)
    for row in range(len(window)):
        facts[BY, row], facts[ABOUT, row] = author[window[row]], topic[window[row]]
        facts[MARKS, row] = marks[window[row]]
        first = 0
        while first < seats.shape[1] - 1 and not facts[MARKS, row] >> first & 1:
            first += 1
        facts[FIRST, row] = first
    for row in range(size):
        facts[INSIDE, row] = 1
        count(facts, seats, row, 1)
    return facts


@kernel
def _improve(
    part: Values, facts: Facts, seats: Seats, price: Values, budget: float, size: int
) -> None:
    """Exchange rows for what it is worth, until no exchange is worth it."""
    inside, gain = np.arange(size), np.zeros(len(RULES))
    offer = np.zeros(len(part))  # what is paid at most for each row outside
    spent = 0.0
    for _ in range(MOST):
        highest, next_best = 0.0, len(part)  # the next best is the first row outside
        for row in range(len(part) - 1, -1, -1):
            if not facts[INSIDE, row]:
                offer[row], next_best = most(facts, seats, row, price), row
                highest = max(highest, offer[row])
        first, at, comes = 0.0, 0, 0
        for place in range(1, size):
            out = inside[place]
            ask = released(facts, seats, out, price)
            for row in range(next_best, len(part)):
                costs, pays = part[out] - part[row], ask + offer[row]
                if costs > min(ask + highest, budget - spent):
                    break
                if facts[INSIDE, row] or costs > pays or 0 < pays <= first * costs:
                    continue
                paid = gained(facts, seats, out, row, price, gain)
                if paid - costs > LEAST:
                    urgency = paid / costs if costs > 0 else FREE + paid - costs
                    if urgency > first:
                        first, at, comes = urgency, place, row
        if not at:
            break
        spent += part[inside[at]] - part[comes]
        exchange(facts, seats, inside[at], comes)
        inside[at] = comes


@kernel
def _explained(
    part: Values, facts: Facts, seats: Seats, price: Values, was_best: NDArray[np.bool_], size: int
) -> tuple[Reasons, Values]:
    """Why each row inside stands there, and what that cost.

    The best row that came took the place of the best that left, and so on. Its reason is the rule
    that would lose most if they were exchanged again.
    """
    why, costs = np.full(len(part), BEST, np.int64), np.zeros(len(part))
    gain, left = np.zeros(len(RULES)), 0
    for row in range(len(part)):
        if facts[INSIDE, row] and row < size and was_best[row]:
            why[row] = MOVED
        if facts[INSIDE, row] and row >= size:
            while facts[INSIDE, left]:
                left += 1
            gained(facts, seats, row, left, price, gain)
            costs[row] = part[left] - part[row]
            if gain.min() < 0:
                why[row] = gain.argmin()
            left += 1
    return why, costs


@kernel
def _without(waiting: Order, facts: Facts) -> Order:
    """Those that wait on when the rows inside have their places."""
    left, count = np.empty(len(waiting), np.int64), 0
    for row in range(len(waiting)):
        if row >= facts.shape[1] or not facts[INSIDE, row]:
            left[count] = waiting[row]
            count += 1
    return left[:count]
