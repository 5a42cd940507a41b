"""The users around one user: looked up once, read by every part of a request."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows, Times
from ml.kernels import kernel
from ml.state.tables.graph import RELATIONS, Graph

FOLLOW, MUTE, BLOCK, SEE_FEWER = range(len(RELATIONS))  # their columns
Switches = NDArray[np.bool_]
SAMPLED: Final = 400  # followees that are asked for more, per user
FEWEST_BUCKETS: Final = 1024
SPARSE: Final = 8  # buckets for each row, or more, so that few share one


class Neighborhood(NamedTuple):
    """Rows of users, sorted."""

    following: Rows
    sampled_followees: Rows  # of them the newest, who are asked for more; in no order
    followers: Rows
    second_degree: Rows  # whom the followed follow, once per way there
    followed_by_followers: Rows  # whom the newest followers follow, likewise; in no order
    excluded_authors: Rows  # whom a block either way, or the user's own mute, keeps away
    see_fewer_authors: Rows  # of whom the user once wanted less
    see_fewer_since: Times  # when they last did

    @classmethod
    def of(cls, graph: Graph, user: int) -> Neighborhood:
        relations, out = graph.relations, graph.outgoing_lists
        left, right = relations.index.left, relations.index.right
        acts, acted_on = out.of(user), graph.incoming_lists.of(user)
        following, followers = np.empty(len(acts), np.int32), np.empty(len(acted_on), np.int32)
        excluded = np.empty(len(acts) + len(acted_on), np.int32)
        unwelcome, since = np.empty(len(acts), np.int32), np.empty(len(acts), np.int64)
        follows, followed_by, excludes, wants_less = _around(
            acts, acted_on, left, right, relations.is_on, relations.at,
            following, followers, excluded, unwelcome, since,
        )  # fmt: skip
        following, followers = following[:follows], followers[:followed_by]
        excluded, by_author = excluded[:excludes], unwelcome[:wants_less].argsort()
        for some in (following, followers, excluded):
            some.sort()
        sampled = following
        if follows > SAMPLED:
            sampled, _ = graph.followees(np.array([user], np.int32), SAMPLED)
        newest = followers
        if followed_by > SAMPLED:
            newest, _ = graph.followers_of(np.array([user], np.int32), SAMPLED)
        second_degree = _followees_of(graph, sampled)
        second_degree.sort()
        return cls(
            following=following,
            sampled_followees=sampled,
            followers=followers,
            second_degree=second_degree,
            followed_by_followers=_followees_of(graph, newest),
            excluded_authors=excluded,
            see_fewer_authors=unwelcome[by_author],
            see_fewer_since=since[by_author],
        )

    def without_refusals(self) -> Neighborhood:
        """The same, as if nobody blocked, muted or wanted less of anybody."""
        nobody = Neighborhood.nobody()
        return self._replace(
            excluded_authors=nobody.excluded_authors,
            see_fewer_authors=nobody.see_fewer_authors,
            see_fewer_since=nobody.see_fewer_since,
        )

    @classmethod
    def nobody(cls) -> Neighborhood:
        """The empty neighborhood of a user who is not known yet."""
        none = np.empty(0, np.int32)
        return cls(none, none, none, none, none, none, none, none.astype(np.int64))


@kernel
def _around(
    acts: Rows,
    acted_on: Rows,
    left: Rows,
    right: Rows,
    is_on: Switches,
    at: Times,
    following: Rows,
    followers: Rows,
    excluded: Rows,
    unwelcome: Rows,
    since: Times,
) -> tuple[int, int, int, int]:
    """Write whom a user follows, who follows them, who is kept away from them by a block either
    way or their own mute, and of whom they want less, since when; how many there are of each."""
    follows, followed_by, excludes, wants_less = 0, 0, 0, 0
    for row in acts:
        if is_on[row, FOLLOW]:
            following[follows] = right[row]
            follows += 1
        if is_on[row, MUTE] or is_on[row, BLOCK]:
            excluded[excludes] = right[row]
            excludes += 1
        if is_on[row, SEE_FEWER]:
            unwelcome[wants_less], since[wants_less] = right[row], at[row, SEE_FEWER]
            wants_less += 1
    for row in acted_on:
        if is_on[row, FOLLOW]:
            followers[followed_by] = left[row]
            followed_by += 1
        if is_on[row, BLOCK]:
            excluded[excludes] = left[row]
            excludes += 1
    return follows, followed_by, excludes, wants_less


def _followees_of(graph: Graph, users: Rows) -> Rows:
    """Whom some users follow, the newest of each, once per user that does."""
    relations, out = graph.relations, graph.outgoing_lists
    followees, most = _followees(
        users, out.start, out.length, out.data, relations.index.right, relations.is_on
    )
    if most > SAMPLED:
        followees, _ = graph.followees(users, SAMPLED)
    return followees


@kernel
def _followees(
    users: Rows, start: Times, length: Times, data: Rows, right: Rows, is_on: Switches
) -> tuple[Rows, int]:
    """Whom some users follow, once per user that does; and the number of the one who follows
    most."""
    total = 0
    for user in users:
        total += length[user]
    followees = np.empty(total, np.int32)
    count, most = 0, 0
    for user in users:
        before = count
        for place in range(start[user], start[user] + length[user]):
            row = data[place]
            followees[count] = right[row]
            count += is_on[row, FOLLOW]
        most = max(most, count - before)
    return followees[:count], most


@kernel
def place_among(row: int, some: Rows) -> int:
    """Where a row stands among some that are sorted; -1 where it does not."""
    low, high = 0, len(some)
    while low < high:
        middle = (low + high) >> 1
        if some[middle] < row:
            low = middle + 1
        else:
            high = middle
    return low if low < len(some) and some[low] == row else -1


@kernel
def places_among(row: Rows, some: Rows) -> NDArray[np.int64]:
    """Where each row stands among some that are sorted; -1 where it does not.

    Most do not, as the last bits of a row can tell. The search stands here once more, because an
    array that is handed on row by row is counted as referenced each time, which costs more than a
    step of the search.
    """
    place, buckets = np.empty(len(row), np.int64), FEWEST_BUCKETS
    while buckets < SPARSE * len(some):
        buckets *= 2
    may_be = np.empty(buckets, np.bool_)
    may_be[:] = False
    for one in some:
        may_be[one & (buckets - 1)] = True
    for i in range(len(row)):
        place[i] = -1
        if row[i] >= 0 and may_be[row[i] & (buckets - 1)]:
            low, high = 0, len(some)
            while low < high:
                middle = (low + high) >> 1
                if some[middle] < row[i]:
                    low = middle + 1
                else:
                    high = middle
            if low < len(some) and some[low] == row[i]:
                place[i] = low
    return place


def among(row: Rows, some: Rows) -> NDArray[np.bool_]:
    """Which of these rows are among some that are sorted; -1 never is."""
    found: NDArray[np.bool_] = places_among(row, some) >= 0
    return found


@kernel
def absent(row: Rows, some: Rows) -> NDArray[np.bool_]:
    """Which of these rows are not among some that are sorted; -1 never is."""
    return places_among(row, some) < 0
