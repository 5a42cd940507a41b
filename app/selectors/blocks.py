"""Blocks of ten places: the ten best rows, of which rules exchange some for what it is worth."""

from __future__ import annotations

from math import inf
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.pipeline.batch import Column, Marks, Order, Rows
from app.pipeline.placement import BEST, MOVED, RULES
from app.selectors.exchange import (
    ABOUT,
    BY,
    DUE,
    HAD,
    MARKS,
    PRICE,
    ROOM,
    RULE,
    TOOK,
    TOPIC,
    Counts,
    Facts,
    Seats,
    Topics,
    Values,
    count,
    facts_of,
    gained,
    lacking,
    most,
    released,
)
from ml.kernels import inline_kernel, kernel

BLOCK: Final = 10  # places that are filled together, so that ten are the first ten of a hundred
RULED: Final = 10 * BLOCK  # places that rules look at: few read on, and each block costs time
MIDDLE: Final = 0.5 + 1e-9  # of the places that one is due of, it is the middle one
LEAST: Final = 1e-9  # of the value of a block: what an exchange must be worth
FREE: Final = 1e12  # more than anything buys per cost
TINY: Final = 1e-300  # instead of zero where it divides
MOST: Final = 100  # exchanges in a block; each makes it worth more, so they end long before

Flags = NDArray[np.bool_]


@kernel
def fill(
    worth: Column,
    ordered: Order,
    tweet: Rows,
    author: Rows,
    marks: Marks,
    tags: Topics,
    sources: Values,
    price: Values,
    budget: float,
    order: Order,
    reason: NDArray[np.floating],
    cost: NDArray[np.floating],
) -> None:
    """Fill places, block after block.

    Each block begins as the ten best rows that are left. Then a row outside takes the place of one
    inside, but never of the best, as long as that buys more than it costs: first what costs
    nothing, then what buys most per cost. No block is worth less than `1 - budget` of its ten best.
    Behind the first `RULED` places the rows that are left stand best first.

    Args:
        worth, tweet, author, marks: (rows,) of each row.
        ordered: (rows,) the rows, best first.
        tags: (tweets, tags) of each tweet, its topic first.
        sources: (4, sources) the share that each may have at most; what is due to it, of all
            places; the rule that pays for what is due; and the price.
        price: (rules,) the most that is paid for one of each, in shares of the ten best.
        order, reason, cost: (places,) written here: the row, why it stands there, and what that
            cost, in shares of the ten best.
    """
    rows, places = len(ordered), len(order)
    many = sources.shape[1]
    facts, counts = facts_of(ordered, tweet, author, marks, tags, many)
    inside, was_best = np.empty(rows, np.bool_), np.empty(rows, np.bool_)
    inside[:] = was_best[:] = False
    value, part = np.empty(rows, np.float64), np.empty(rows, np.float64)
    offer, waiting, waits = np.empty(rows, np.float64), np.empty(rows, np.int64), rows
    gain, chosen = np.empty(len(RULES), np.float64), np.empty(BLOCK, np.int64)
    seats, left = np.empty((6, many), np.float64), np.empty(many, np.float64)
    taken = np.empty(many, np.float64)
    seats[:] = left[:] = taken[:] = 0.0
    for row in range(rows):
        value[row], waiting[row] = worth[ordered[row]], row
    for source in range(many):
        seats[RULE, source], seats[PRICE, source] = sources[2, source], sources[3, source]
        for row in range(rows):
            left[source] += facts[row, MARKS] >> source & 1  # rows of each source that wait
    ruled = min(places, RULED)
    for start in range(0, ruled, BLOCK):
        size = min(BLOCK, waits)
        _open(seats, sources, taken, left, start, size)
        best = 0.0
        for place in range(size):
            row = chosen[place] = waiting[place]
            inside[row] = True
            best += value[row]
            count(facts, counts, seats, row, 1)
        best = max(best, TINY)
        buys = min(budget, _worth_most(facts, counts, seats, chosen[:size], price))
        least, reach = value[waiting[size - 1]] - buys * best, size
        while reach < waits and value[waiting[reach]] >= least:  # worth enough to take a place
            reach += 1
        window = waiting[:reach]
        for row in window:
            part[row] = value[row] / best
        _improve(part, window, chosen[:size], inside, facts, counts, seats, price, budget, offer)
        place, out = start, 0
        for at in range(reach):
            row = window[at]
            if not inside[row]:
                continue
            why, paid = MOVED if was_best[row] and at < size else BEST, 0.0
            if at >= size:  # the best that came stands for the best that left, and so on
                while inside[window[out]]:
                    out += 1
                paid = part[window[out]] - part[row]
                gained(facts, counts, seats, row, window[out], price, gain)
                why = _loses_most(gain)
                out += 1
            if place < places:
                order[place], reason[place], cost[place] = row, why, paid
                place += 1
        for place in range(size):
            was_best[window[place]] = True
            counts[BY, facts[chosen[place], BY]] = counts[ABOUT, facts[chosen[place], ABOUT]] = 0
        for source in range(len(taken)):
            taken[source] += seats[TOOK, source]
            left[source] -= seats[HAD, source]
        waits = _without(waiting, waits, inside)
    for place in range(ruled, places):
        row = waiting[place - ruled]
        order[place], reason[place], cost[place] = row, MOVED if was_best[row] else BEST, 0.0
    for place in range(places):
        order[place] = ordered[order[place]]


@inline_kernel
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
        seats[HAD, source] = seats[TOOK, source] = 0.0


@inline_kernel
def _worth_most(facts: Facts, counts: Counts, seats: Seats, chosen: Order, price: Values) -> float:
    """The most that exchanges may buy: a topic each, where the block lacks nothing else."""
    buys: float = price[TOPIC]
    for row in chosen:
        if released(facts, counts, seats, row, price) > 0:
            buys = inf
    for source in range(seats.shape[1]):
        if seats[HAD, source] < seats[DUE, source] and seats[PRICE, source] > 0:
            buys = inf
    return buys


@kernel
def _improve(
    part: Values,
    window: Order,
    chosen: Order,
    inside: Flags,
    facts: Facts,
    counts: Counts,
    seats: Seats,
    price: Values,
    budget: float,
    offer: Values,
) -> None:
    """Exchange rows for what it is worth, until no exchange is worth it.

    Args:
        chosen, inside: the rows inside, changed here.
        offer: written here: what is paid at most for each row outside.
    """
    gain, spent = np.empty(len(RULES), np.float64), 0.0
    for _ in range(MOST):
        highest, best, next_best, lacks = 0.0, -inf, len(window), lacking(seats)
        for at in range(len(window) - 1, -1, -1):
            row = window[at]
            if not inside[row]:
                offer[row], next_best = most(facts, counts, seats, lacks, row, price), at
                highest, best = max(highest, offer[row]), max(best, offer[row] + part[row])
        first, place, comes = 0.0, 0, 0
        for one in range(1, len(chosen)):
            out = chosen[one]
            ask = released(facts, counts, seats, out, price)
            limit = min(ask + highest, budget - spent)
            if ask + best - part[out] < LEAST / 2:  # no row pays what it costs
                continue
            for at in range(next_best, len(window)):
                row = window[at]
                costs = part[out] - part[row]
                if costs > limit:
                    break
                if inside[row]:
                    continue
                pays = ask + offer[row]
                if pays - costs < LEAST / 2 or 0 < pays <= first * costs:
                    continue
                paid = gained(facts, counts, seats, out, row, price, gain)
                if paid - costs > LEAST:
                    urgency = paid / costs if costs > 0 else FREE + paid - costs
                    if urgency > first:
                        first, place, comes = urgency, one, row
        if not place:
            break
        out, chosen[place] = chosen[place], comes
        spent += part[out] - part[comes]
        inside[out], inside[comes] = False, True
        count(facts, counts, seats, out, -1)
        count(facts, counts, seats, comes, 1)


@inline_kernel
def _loses_most(gain: Values) -> int:
    """The rule that would lose most if an exchange were undone; `BEST` where none would."""
    loses, least = BEST, 0.0
    for rule in range(len(gain)):
        if gain[rule] < least:
            loses, least = rule, gain[rule]
    return loses


@inline_kernel
def _without(waiting: Order, waits: int, inside: Flags) -> int:
    """Close the gaps of the rows inside, in place; how many wait on."""
    left = 0
    for at in range(waits):
        if not inside[waiting[at]]:
            waiting[left] = waiting[at]
            left += 1
    return left
