"""Small look-ups of what tweets and users hold, for the loop that writes features."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows
from ml.kernels import dot_kernel, inline_kernel, kernel
from ml.state.structures.scratch_table import FREE, scratch_table, slot_of
from ml.state.structures.tokens import Tokens
from ml.state.tables.users import INTERESTS

ASKED: Final = 400  # neighbors in each direction, or fewer
UNSIGNED: Final = 2**32 - 1  # a token has 32 bits and no sign
LONGEST_HOURS: Final = 1e7  # a tweet that is older has an unknown age


@inline_kernel
def age_hours(created_at: int, now: int) -> float:
    """Hours since then; NaN where that is not known."""
    hours = max(now - created_at, 0) / 3600
    return hours if hours < LONGEST_HOURS else np.nan


@kernel
def declared_by(interests: Tokens, user: int, topic: Rows) -> NDArray[np.bool_]:
    """(topics,) whether a user declares each of some topics; nobody declares 0."""
    declared = np.empty(len(topic), np.bool_)
    declared[:] = False
    for i in range(INTERESTS if user >= 0 else 0):
        for j in range(len(topic)):
            declared[j] |= topic[j] != 0 and topic[j] == np.int32(interests[user, i])
    return declared


@kernel
def shared_interests(interests: Tokens, user: int, other: Rows) -> Rows:
    """(others,) how many interests of a user each of the others declares, too."""
    count = np.empty(len(other), np.int32)
    count[:] = 0
    for i in range(INTERESTS if user >= 0 else 0):
        token = interests[user, i]
        if token == 0:
            break
        for j in range(len(other)):
            if other[j] >= 0:
                shared = False
                for k in range(INTERESTS):
                    shared |= interests[other[j], k] == token
                count[j] += shared
    return count


@kernel
def neighbors_declaring(
    interests: Tokens, following: Rows, followers: Rows, topic: Rows
) -> tuple[Rows, int]:
    """(topics,) how many of those whom a user follows, and of those who follow the user, declare
    each topic, who do both twice; and of how many. Nobody declares 0; of many, some are asked."""
    table = scratch_table(len(topic))
    for one in topic:
        number = int(one) & UNSIGNED
        table[slot_of(table, number)] = number
    declare = np.empty(len(table), np.int32)
    declare[:] = asked = 0
    for some in (following, followers):
        step = 1 + len(some) // ASKED
        for place in range(0, len(some), step):
            asked += 1
            for i in range(INTERESTS):
                token = interests[some[place], i]
                if token == 0:
                    break
                slot = slot_of(table, token)
                declare[slot] += table[slot] != FREE
    count = np.empty(len(topic), np.int32)
    for i in range(len(topic)):
        count[i] = declare[slot_of(table, int(topic[i]) & UNSIGNED)]
    return count, asked


@dot_kernel
def dots(some: NDArray[np.float32], others: NDArray[np.float32], row: Rows) -> NDArray[np.float32]:
    """(rows,) the dot products of a vector with some rows of others."""
    dot = np.empty(len(row), np.float32)
    for i in range(len(row)):
        total = np.float32(0)
        for j in range(len(some)):
            total += some[j] * others[row[i], j]
        dot[i] = total
    return dot
