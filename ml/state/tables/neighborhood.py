"""The users around one user: looked up once, read by every part of a request."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows, Times
from ml.kernels import kernel
from ml.state.tables.graph import RELATIONS, Graph

SAMPLED: Final = 400  # followees that are asked for more, per user
DENSE: Final = 64  # counting every row there is costs less than searching, up to so many per row


@dataclass(frozen=True, slots=True)
class Neighborhood:
    """Rows of users, sorted."""

    following: Rows
    sampled_followees: Rows  # of them the newest, who are asked for more; in no order
    followers: Rows
    second_degree: Rows  # whom the followed follow, once per way there
    excluded_authors: Rows  # whom a block either way, or the user's own mute, keeps away
    see_fewer_authors: Rows  # of whom the user once wanted less
    see_fewer_since: Times  # when they last did

    @classmethod
    def of(cls, graph: Graph, user: int) -> Neighborhood:
        who = np.array([user], np.int32)
        out, _ = graph.outgoing(who)
        back, _ = graph.incoming(who)
        left, right = graph.relations.index.left, graph.relations.index.right
        follow, mute, block, less = (graph.relations.column(action) for action in RELATIONS)
        mine = graph.relations.is_on[out]  # (relations, kinds)
        theirs = graph.relations.is_on[back]
        following = right[out[mine[:, follow]]]
        sampled_followees = (
            following if len(following) <= SAMPLED else graph.followees(who, SAMPLED)[0]
        )
        second_degree, _ = graph.followees(sampled_followees, SAMPLED)
        see_fewer_authors = out[mine[:, less]]
        see_fewer_authors = see_fewer_authors[np.argsort(right[see_fewer_authors])]
        kept_away = right[out[mine[:, mute] | mine[:, block]]], left[back[theirs[:, block]]]
        return cls(
            following=np.sort(following),
            sampled_followees=sampled_followees,
            followers=np.sort(left[back[theirs[:, follow]]]),
            second_degree=np.sort(second_degree),
            excluded_authors=np.sort(np.concatenate(kept_away)),
            see_fewer_authors=right[see_fewer_authors],
            see_fewer_since=graph.relations.at[see_fewer_authors, less],
        )

    def without_refusals(self) -> Neighborhood:
        """The same, as if nobody blocked, muted or wanted less of anybody."""
        nobody = Neighborhood.nobody()
        return replace(
            self,
            excluded_authors=nobody.excluded_authors,
            see_fewer_authors=nobody.see_fewer_authors,
            see_fewer_since=nobody.see_fewer_since,
        )

    @classmethod
    def nobody(cls) -> Neighborhood:
        """The empty neighborhood of a user who is not known yet."""
        none = np.empty(0, np.int32)
        return cls(none, none, none, none, none, none, none.astype(np.int64))


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
def among(row: Rows, some: Rows) -> NDArray[np.bool_]:
    """Which of these rows are among some that are sorted; -1 never is."""
    found = np.empty(len(row), np.bool_)
    for i in range(len(row)):
        found[i] = place_among(row[i], some) >= 0
    return found


def times_among(row: Rows, some: Rows) -> NDArray[np.int64]:
    """How often each of these rows stands among some that are sorted; -1 never does."""
    highest = max(int(row.max(initial=0)), int(some[-1]) if len(some) else 0)
    if highest < DENSE * len(row):
        return np.bincount(some, minlength=highest + 2)[row]  # the last place is that of -1
    return np.searchsorted(some, row, "right") - np.searchsorted(some, row, "left")
