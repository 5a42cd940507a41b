"""What a block of places gains where a row takes the place of another, rule by rule.

Written as sums without branches: a processor would mispredict most of these, and numba counts a
reference to each array that a loop passes to a function with branches
(docs/decisions/compiled-kernels.md).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.pipeline.batch import Marks, Order, Rows
from app.pipeline.placement import RULES
from ml.kernels import inline_kernel, kernel
from ml.state.structures.scratch_table import scratch_table, slot_of

TWICE: Final = 2  # rows by one author that no rule minds
NOTHING: Final = -1  # of an author or a topic: it is that of no other row

SOURCE, SHARE, RESERVED, AUTHOR, TOPIC = range(len(RULES))  # what is paid for
BY, ABOUT, MARKS, FIRST = range(4)  # of each row; its author and its topic are places in `Counts`
HAD, DUE, RULE, PRICE, TOOK, ROOM = range(6)  # of each source

Facts = NDArray[np.int64]  # (rows, 4)
Counts = NDArray[np.int64]  # (BY and ABOUT, authors or topics) rows inside; the last stays 0
Seats = NDArray[np.float64]  # (6, sources)
Values = NDArray[np.float64]
Topics = NDArray[np.uint32]  # (tweets, tags), 0 where there is none


@kernel
def facts_of(
    ordered: Order, tweet: Rows, author: Rows, marks: Marks, tags: Topics, sources: int
) -> tuple[Facts, Counts]:
    """The facts of rows in an order, and the counts of what is inside, which is nothing so far."""
    facts = np.empty((len(ordered), 4), np.int64)
    authors, topics = scratch_table(len(ordered)), scratch_table(len(ordered))
    for row in range(len(ordered)):
        by, about = author[ordered[row]], tags[tweet[ordered[row]], 0]
        facts[row, BY] = facts[row, ABOUT] = NOTHING
        if by >= 0:
            facts[row, BY] = slot_of(authors, by)
            authors[facts[row, BY]] = by
        if about != 0:
            facts[row, ABOUT] = slot_of(topics, about)
            topics[facts[row, ABOUT]] = about
        facts[row, MARKS], first = marks[ordered[row]], 0
        while first < sources - 1 and not facts[row, MARKS] >> first & 1:
            first += 1
        facts[row, FIRST] = first
    counts = np.empty((2, len(authors) + 1), np.int64)
    counts[:] = 0
    return facts, counts


@inline_kernel
def gained(
    facts: Facts, counts: Counts, seats: Seats, out: int, row: int, price: Values, gain: Values
) -> float:
    """What all rules together pay at most for a row that takes the place of another.

    Args:
        out: the row inside that leaves.
        row: the row outside that comes.
        price: (rules,) for one of each.
        gain: (rules,) written here: what each rule pays; negative where it loses.
    """
    for rule in range(len(gain)):
        gain[rule] = 0.0
    leaves, joins = facts[out, MARKS], facts[row, MARKS]
    for source in range(seats.shape[1]):
        had, due = seats[HAD, source], seats[DUE, source]
        lost = (leaves & ~joins) >> source & (had <= due)
        won = (joins & ~leaves) >> source & (had < due)
        gain[int(seats[RULE, source])] += seats[PRICE, source] * (won - lost)
    left, comes = facts[out, FIRST], facts[row, FIRST]
    over, full = seats[TOOK, left] > seats[ROOM, left], seats[TOOK, comes] >= seats[ROOM, comes]
    gain[SHARE] += price[SHARE] * (left != comes) * (1.0 * over - full)
    left, comes = facts[out, BY], facts[row, BY]
    over, full = counts[BY, left] > TWICE, counts[BY, comes] >= TWICE
    gain[AUTHOR] += price[AUTHOR] * (left != comes) * (1.0 * over - full)
    left, comes = facts[out, ABOUT], facts[row, ABOUT]
    is_last = counts[ABOUT, left] == 1
    gain[TOPIC] += price[TOPIC] * (left != comes) * (1.0 * _is_new(facts, counts, row) - is_last)
    paid = 0.0
    for rule in range(len(gain)):
        paid += gain[rule]
    return paid


@inline_kernel
def lacking(seats: Seats) -> int:
    """The marks of the sources that have less than what is due to them."""
    marks = 0
    for source in range(seats.shape[1]):
        marks |= (seats[HAD, source] < seats[DUE, source]) << source
    return marks


@inline_kernel
def most(facts: Facts, counts: Counts, seats: Seats, lacks: int, row: int, price: Values) -> float:
    """What all rules pay at most for a row that comes, whichever leaves.

    Args:
        lacks: the marks of the sources that are `lacking`.
    """
    due = facts[row, MARKS] & lacks
    paid: float = price[TOPIC] * _is_new(facts, counts, row)
    for source in range(seats.shape[1]):
        paid += seats[PRICE, source] * (due >> source & 1)
    return paid


@inline_kernel
def released(facts: Facts, counts: Counts, seats: Seats, out: int, price: Values) -> float:
    """What all rules pay at most for a row that leaves, whichever comes."""
    first = facts[out, FIRST]
    paid = price[AUTHOR] * (counts[BY, facts[out, BY]] > TWICE)
    return float(paid + price[SHARE] * (seats[TOOK, first] > seats[ROOM, first]))


@inline_kernel
def count(facts: Facts, counts: Counts, seats: Seats, row: int, by: int) -> None:
    """Count a row that came inside, or one that left."""
    for source in range(seats.shape[1]):
        seats[HAD, source] += by * (facts[row, MARKS] >> source & 1)
    seats[TOOK, facts[row, FIRST]] += by
    counts[BY, facts[row, BY]] += by * (facts[row, BY] != NOTHING)
    counts[ABOUT, facts[row, ABOUT]] += by * (facts[row, ABOUT] != NOTHING)


@inline_kernel
def _is_new(facts: Facts, counts: Counts, row: int) -> bool:
    """Whether no row inside is about the topic of a row."""
    return bool((facts[row, ABOUT] != NOTHING) & (counts[ABOUT, facts[row, ABOUT]] == 0))
