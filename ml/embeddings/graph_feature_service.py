"""Graph Feature Service: what do the people you follow have in common with a candidate?"""

from __future__ import annotations

from typing import Final

import numpy as np

from ml.arrays import Rows, Times
from ml.kernels import kernel
from ml.state.structures.scratch_table import FREE, scratch_table, slot_of
from ml.state.tables.history import LENGTH

PROOF_HOURS: Final = 7 * 24.0  # how long an engagement counts as social proof
PROOF_SECONDS: Final = int(PROOF_HOURS * 3600)
FEWEST_BUCKETS: Final = 1024
SPARSE: Final = 8  # buckets for each author, or more, so that few share one
NOBODY: Final = -2  # not even an author that is not known, which is -1


@kernel
def neighbors_following(author: Rows, by_followees: Rows, by_followers: Rows) -> Rows:
    """(authors,) how many followees and how many followers follow each; who is both counts twice.

    Authors fall into buckets by the last bits of their rows, so that followees are counted
    by a loop without branches. The few whose bucket is taken are counted one by one.

    Args:
        author: (authors,) those that are asked for.
        by_followees: whom the followees of a user follow, once per way there.
        by_followers: whom the followers follow, likewise.
    """
    buckets = FEWEST_BUCKETS
    while buckets < SPARSE * len(author):
        buckets *= 2
    holds, follows = np.empty(buckets, np.int32), np.empty(buckets, np.int32)
    holds[:], follows[:] = NOBODY, 0
    apart, others = np.empty(len(author), np.int32), 0
    for who in author:
        bucket = who & (buckets - 1)
        if holds[bucket] == NOBODY:
            holds[bucket] = who
        elif holds[bucket] != who:
            is_new = True
            for k in range(others):
                is_new &= apart[k] != who
            apart[others], others = who, others + is_new
    for followed in (by_followees, by_followers):
        for i in range(len(followed)):
            bucket = followed[i] & (buckets - 1)
            follows[bucket] += holds[bucket] == followed[i]
    count = np.empty(len(author), np.int32)
    for i in range(len(author)):
        bucket = author[i] & (buckets - 1)
        count[i] = follows[bucket] if holds[bucket] == author[i] else 0
    for k in range(others):
        total = 0
        for followed in (by_followees, by_followers):
            for i in range(len(followed)):
                total += followed[i] == apart[k]
        for i in range(len(author)):
            count[i] = total if author[i] == apart[k] else count[i]
    return count


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
    engagements = np.empty(len(table), np.int32)
    engagements[:] = 0
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
