"""Users who may be worth following, by all reasons but taste, which costs the most to compare."""

from __future__ import annotations

from typing import Final

import numpy as np

from app.follow_recommendations.reasons import Followers, Scores, friends
from app.follow_recommendations.standing import NOBODY
from app.pipeline.batch import Rows
from app.retrieval.sort_keys import Keys, sort_key
from ml.kernels import kernel
from ml.state.structures.scratch_table import FREE, scratch_table, slot_of

REFUSED: Final = -1  # the place of users who are not recommended to this one


@kernel
def promising(
    viewer: int,
    following: Rows,
    excluded: Rows,
    viewer_followers: Rows,
    second_degree: Rows,
    foremost: Rows,
    count: int,
    standing: Scores,
    followers: Followers,
    share_of_friends: float,
    share_of_follows_you: float,
) -> tuple[Keys, int]:
    """Users whom the viewer may follow: those who have to do with the viewer, and `count` of the
    `foremost`, by what they promise; and how many of the foremost there are."""
    room = min(len(viewer_followers) + len(second_degree) + count, len(standing))
    table = scratch_table(min(room + len(following) + len(excluded) + 1, len(standing)))
    place_of = np.empty(len(table), np.int32)
    for slot in range(len(table)):
        place_of[slot] = REFUSED
    user, met = np.empty(room, np.int32), np.empty(room, np.int32)
    follows = np.empty(room, np.bool_)
    met[:] = found = first = 0
    follows[:] = False
    if viewer >= 0:
        table[slot_of(table, viewer)] = viewer
    for who in following:
        table[slot_of(table, who)] = who
    for who in excluded:
        table[slot_of(table, who)] = who
    for reason, some in enumerate((second_degree, viewer_followers, foremost)):
        for who in some:
            if standing[who] == NOBODY:  # there is no room for them
                continue
            slot = slot_of(table, who)
            if table[slot] == FREE:
                table[slot], user[found], place_of[slot] = who, who, found
                found += 1
            place = place_of[slot]
            if place == REFUSED:
                continue
            if reason == 0:
                met[place] += 1
            elif reason == 1:
                follows[place] = True
            else:
                first += 1
                if first == count:
                    break
    keys = np.empty(found, np.int64)
    for i in range(found):
        near = share_of_friends * friends(met[i], followers[user[i]])
        near += share_of_follows_you * follows[i]
        keys[i] = sort_key(standing[user[i]] + near, user[i])
    return keys, first
