"""The fresh tweets of some people."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.pipeline.batch import Column, Rows
from app.retrieval.age import age_hours
from app.retrieval.sort_keys import Keys, sort_key
from ml.arrays import Times
from ml.kernels import kernel
from ml.state.structures.time_index import is_fresh

Numbers = NDArray[np.int64]


@kernel
def fresh_posts(
    author: Rows,
    strength: Column,
    least: float,
    half_life_hours: float,
    posts: Rows,
    start: Numbers,
    length: Numbers,
    created_at: Times,
    oldest: int,
    now: int,
) -> Keys:
    """What these authors wrote since `oldest`, by its worth, which is by strength and recency.

    Twice the strength of an author makes up for one half-life; `least` is added to all.
    """
    room = 0
    for who in author:
        room += length[who]
    keys, found = np.empty(room, np.int64), 0
    for i in range(len(author)):
        appeal = np.log2(strength[i] + least)
        first = start[author[i]]
        for place in range(first, first + length[author[i]]):
            written = created_at[posts[place]]
            if is_fresh(written, oldest, now):
                worth = appeal - age_hours(written, now) / half_life_hours
                keys[found] = sort_key(worth, posts[place])
                found += 1
    return keys[:found]
