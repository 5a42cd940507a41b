"""What a block of places gains where a row takes the place of another, rule by rule."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.pipeline.placement import RULES
from ml.kernels import inline_kernel, kernel

TWICE: Final = 2  # rows by one author that no rule minds

SOURCE, SHARE, RESERVED, AUTHOR, TOPIC = range(len(RULES))  # what is paid for
BY, ABOUT, MARKS, FIRST, INSIDE, SAME_AUTHOR, SAME_TOPIC = range(7)  # of each row
HAD, DUE, RULE, PRICE, TOOK, ROOM = range(6)  # of each source

Facts = NDArray[np.int64]  # (7, rows) a row in each column; what is counted is counted inside
Seats = NDArray[np.float64]  # (6, sources)
Values = NDArray[np.float64]


@inline_kernel
def gained(facts: Facts, seats: Seats, out: int, row: int, price: Values, gain: Values) -> float:
    """What all rules together pay at most for a row that takes the place of another.

    Args:
        out: the position of the row inside that leaves, in `facts`.
        row: that of the row outside that comes.
        price: (rules,) for one of each.
        gain: (rules,) written here: what each rule pays; negative where it loses.
    """
    for rule in range(len(gain)):
        gain[rule] = 0.0
    leaves, joins = facts[MARKS, out], facts[MARKS, row]
    for source in range(seats.shape[1]):
        if (leaves ^ joins) >> source & 1:
            had, due = seats[HAD, source], seats[DUE, source]
            rule = int(seats[RULE, source])
            if leaves >> source & 1:
                gain[rule] -= seats[PRICE, source] * (had <= due)
            else:
                gain[rule] += seats[PRICE, source] * (had < due)
    left, comes = facts[FIRST, out], facts[FIRST, row]
    if left != comes:
        gain[SHARE] += price[SHARE] * (seats[TOOK, left] > seats[ROOM, left])
        gain[SHARE] -= price[SHARE] * (seats[TOOK, comes] >= seats[ROOM, comes])
    if facts[BY, out] != facts[BY, row]:
        gain[AUTHOR] += price[AUTHOR] * (facts[SAME_AUTHOR, out] > TWICE)
        gain[AUTHOR] -= price[AUTHOR] * (facts[SAME_AUTHOR, row] >= TWICE)
    if facts[ABOUT, out] != facts[ABOUT, row]:
        gain[TOPIC] -= price[TOPIC] * (facts[ABOUT, out] != 0 and facts[SAME_TOPIC, out] == 1)
        gain[TOPIC] += price[TOPIC] * (facts[ABOUT, row] != 0 and facts[SAME_TOPIC, row] == 0)
    paid = 0.0
    for rule in range(len(gain)):
        paid += gain[rule]
    return paid


@inline_kernel
def most(facts: Facts, seats: Seats, row: int, price: Values) -> float:
    """What all rules pay at most for a row that comes, whichever leaves."""
    paid = 0.0
    for source in range(seats.shape[1]):
        if seats[HAD, source] < seats[DUE, source] and facts[MARKS, row] >> source & 1:
            paid += seats[PRICE, source]
    if facts[ABOUT, row] != 0 and facts[SAME_TOPIC, row] == 0:
        paid += price[TOPIC]
    return paid


@inline_kernel
def released(facts: Facts, seats: Seats, out: int, price: Values) -> float:
    """What all rules pay at most for a row that leaves, whichever comes."""
    first = facts[FIRST, out]
    paid = price[AUTHOR] * (facts[SAME_AUTHOR, out] > TWICE)
    return float(paid + price[SHARE] * (seats[TOOK, first] > seats[ROOM, first]))


@kernel
def exchange(facts: Facts, seats: Seats, out: int, row: int) -> None:
    """A row takes the place of another; what is counted is counted anew."""
    facts[INSIDE, out], facts[INSIDE, row] = 0, 1
    count(facts, seats, out, -1)
    count(facts, seats, row, 1)


@kernel
def count(facts: Facts, seats: Seats, row: int, by: int) -> None:
    """Count a row that came inside, or one that left."""
    for source in range(seats.shape[1]):
        seats[HAD, source] += by * (facts[MARKS, row] >> source & 1)
    seats[TOOK, facts[FIRST, row]] += by
    for other in range(facts.shape[1]):
        if facts[BY, other] == facts[BY, row] and facts[BY, row] >= 0:
            facts[SAME_AUTHOR, other] += by
        if facts[ABOUT, other] == facts[ABOUT, row]:
            facts[SAME_TOPIC, other] += by
