"""Graph Feature Service: what do the people you follow have in common with a candidate?"""

from __future__ import annotations

from typing import Final

import numpy as np

from ml.arrays import Rows, Times
from ml.kernels import kernel
from ml.state.structures.scratch_table import FREE, scratch_table, slot_of
from ml.state.tables.history import LENGTH
from ml.state.tables.neighborhood import place_among

PROOF_HOURS: Final = 7 * 24.0  # how long an engagement counts as social proof
PROOF_SECONDS: Final = int(PROOF_HOURS * 3600)


@kernel
def followees_following(author: int, second_degree: Rows) -> int:
    """How many followees follow an author: how often they are among those of second degree."""
    first = place_among(author, second_degree)
    last = first
    while 0 <= last < len(second_degree) and second_degree[last] == author:
        last += 1
    return last - first


@kernel
def followees_engaged(
    tweet: Rows, followee: Rows, engaged: Rows, engaged_at: Times, now: int
) -> Rows:
    """(tweets,) how many of these followees engaged with each tweet lately.

    Args:
        tweet: (tweets,) those that are asked for.
        followee: (followees,) rows of users.
        engaged: (users, LENGTH) what each user engaged with, the newest first.
        engaged_at: (users, LENGTH) when they did.
        now: unix seconds.
    """
    table = scratch_table(len(tweet))
    for row in tweet:
        table[slot_of(table, row)] = row
    engagements = np.zeros(len(table), np.int32)
    for who in followee:
        for place in range(LENGTH):
            if engaged_at[who, place] <= now - PROOF_SECONDS:
                break
            if engaged[who, place] >= 0:
                slot = slot_of(table, engaged[who, place])
                engagements[slot] += table[slot] != FREE
    count = np.empty(len(tweet), np.int32)
    for i in range(len(tweet)):
        count[i] = engagements[slot_of(table, tweet[i])]
    return count
