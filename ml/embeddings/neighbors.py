"""Who else engaged with what a viewer engaged with."""

from __future__ import annotations

from math import sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows
from ml.kernels import inline_kernel, kernel
from ml.state.structures.scratch_table import FREE, Numbers, scratch_table, slot_of
from ml.state.tables.engagements import ENGAGEMENT_KINDS
from ml.state.tables.weights import UNIT

LATEST: Final = 3  # tweets of a history: what the viewer is after now
ENGAGERS: Final = 256  # asked per tweet: what everybody likes tells little of anybody
Strengths = NDArray[np.float64]


@kernel
def neighbors(
    viewer: int,
    history: Rows,
    degree: Numbers,
    start: Numbers,
    length: Numbers,
    rows: Rows,
    user: Rows,
    is_on: NDArray[np.bool_],
    weights: Rows,
    written: Numbers,
) -> tuple[Rows, Strengths, Strengths]:
    """Who else engaged with the tweets of a history, and what they have in common with it and with
    its latest part: each tweet counts over the root of its degree, by the weight of who engaged,
    and over the root of how many tweets these engaged with (`written`): a cosine of users."""
    most = 0
    for tweet in history:
        most += min(length[tweet], ENGAGERS) if tweet >= 0 else 0
    table = scratch_table(most)
    place = np.empty(len(table), np.int32)
    neighbor, found = np.empty(most, np.int32), 0
    common, common_lately = np.empty(most, np.float64), np.empty(most, np.float64)
    common[:] = common_lately[:] = 0.0
    taken = 0
    for tweet in history:
        if tweet < 0:
            continue
        taken += 1
        last = start[tweet] + length[tweet] - 1
        for i in range(min(length[tweet], ENGAGERS)):
            row = rows[last - _asked(i, length[tweet])]
            weight = _weight(is_on, weights, row)
            if weight == 0 or user[row] == viewer:
                continue
            slot = slot_of(table, user[row])
            if table[slot] == FREE:
                table[slot], place[slot], neighbor[found] = user[row], found, user[row]
                found += 1
            shared = weight / sqrt(degree[tweet] * max(written[user[row]], 1))
            common[place[slot]] += shared
            if taken <= LATEST:
                common_lately[place[slot]] += shared
    return neighbor[:found], common[:found], common_lately[:found]


@kernel
def most_shared(
    tweet: Rows,
    viewer: int,
    history: Rows,
    degree: Numbers,
    start: Numbers,
    length: Numbers,
    rows: Rows,
    user: Rows,
    is_on: NDArray[np.bool_],
    weights: Rows,
    written: Numbers,
) -> Rows:
    """The tweet of a history that each tweet goes with most, of equals the newest; -1 where none.
    Who engaged with what in the history is listed once: each entry leads to the next of one user.
    """
    most = 0
    for liked in history:
        most += min(length[liked], ENGAGERS) if liked >= 0 else 0
    table = scratch_table(most)
    first = np.empty(len(table), np.int64)
    following, which, shared = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most)
    entries = 0
    for i in range(len(history)):
        if history[i] < 0:
            continue
        last = start[history[i]] + length[history[i]] - 1
        for j in range(min(length[history[i]], ENGAGERS)):
            row = rows[last - _asked(j, length[history[i]])]
            weight = _weight(is_on, weights, row)
            if weight == 0 or user[row] == viewer:
                continue
            slot = slot_of(table, user[row])
            following[entries] = first[slot] if table[slot] != FREE else FREE
            table[slot], first[slot] = user[row], entries
            which[entries] = i
            shared[entries] = weight / sqrt(degree[history[i]] * max(written[user[row]], 1))
            entries += 1
    because = np.empty(len(tweet), np.int32)
    for k in range(len(tweet)):
        common, best = np.zeros(len(history), np.float64), -1
        asked = min(length[tweet[k]], ENGAGERS) if tweet[k] >= 0 else 0
        last = start[tweet[k]] + length[tweet[k]] - 1
        for j in range(asked):
            row = rows[last - _asked(j, length[tweet[k]])]
            slot = slot_of(table, user[row])
            if table[slot] == FREE or _weight(is_on, weights, row) == 0:
                continue
            entry = first[slot]
            while entry != FREE:
                common[which[entry]] += shared[entry]
                entry = following[entry]
        for i in range(len(history)):
            if common[i] > 0 and (best < 0 or common[i] > common[best]):
                best = i
        because[k] = history[best] if best >= 0 else -1
    return because


@inline_kernel
def _asked(place: int, length: int) -> int:
    """How far back the next of those who are asked stands: of a long list all parts are asked, the
    newest most."""
    spare = max(length - ENGAGERS, 0)
    return place + place * place * spare // ((ENGAGERS - 1) * (ENGAGERS - 1))


@inline_kernel
def _weight(is_on: NDArray[np.bool_], weights: NDArray[np.int32], row: int) -> float:
    """What the engagement in a row of the register weighs; 0 where it is none, or off."""
    weight = 0
    for kind in ENGAGEMENT_KINDS:
        if is_on[row, kind]:
            weight = max(weight, int(weights[row, kind]))
    return weight / UNIT
