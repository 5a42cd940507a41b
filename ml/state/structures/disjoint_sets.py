"""Disjoint sets of rows (union by rank): which rows belong together.

A row is `log2(size of its set)` steps from the root of its set at most, in whatever order the sets
are united (Tarjan and van Leeuwen, 1984).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows
from ml.state.structures.growable import GrowableColumns


class DisjointSets(GrowableColumns):
    """Each row is in one set; at first it is alone."""

    FILL: ClassVar[Mapping[str, float]] = {"above": -1, "rank": 0}

    def __init__(self) -> None:
        self.above: Rows = np.empty(0, np.int32)  # one step nearer to the root; -1 for a root
        self.rank: NDArray[np.int8] = np.empty(0, np.int8)  # of a root: no row is deeper

    def roots(self, row: Rows) -> Rows:
        """The root of each row's set, in the same shape."""
        root = row
        while len(self.above) and ((above := self.above[root]) >= 0).any():
            root = np.where(above >= 0, above, root)
        return root

    def unite(self, root: Rows, group: NDArray[np.int32]) -> Rows:
        """Unite the sets of different roots, all of a group into one.

        Args:
            root: (sets,) their roots.
            group: (sets,) numbers from 0 without gaps; equal ones become one set.

        Returns:
            (groups,) the root of each group.
        """
        order = np.lexsort((-self.rank[root], group))
        starts = np.flatnonzero(np.diff(group[order], prepend=-1))
        new, second = root[order[starts]], np.minimum(starts + 1, len(order) - 1)
        grows = np.diff(starts, append=len(order)) > 1
        grows &= self.rank[root[order[second]]] == self.rank[new]
        self.above[root] = new[group]
        self.above[new] = -1
        self.rank[new] += grows
        return new

    def keep(self, row: Rows) -> Rows:
        """Only these rows, renumbered; rows that were united stay so. The roots of all sets."""
        _, first, which = np.unique(self.roots(row), return_index=True, return_inverse=True)
        root = first.astype(np.int32)
        self.above = root[which]
        self.above[root] = -1
        self.rank = np.zeros(len(row), np.int8)
        self.rank[root] = np.bincount(which, minlength=len(root)) > 1
        return root


def connected(
    count: int, one: NDArray[np.integer], other: NDArray[np.integer]
) -> NDArray[np.int32]:
    """(count,) the group of each node, numbered from 0 without gaps; the nodes of each pair of
    `one` and `other` are in the same group (hook to the lowest neighbour, then halve the paths:
    Shiloach and Vishkin, 1982)."""
    group = np.arange(count, dtype=np.int32)
    while (group[one] != group[other]).any():
        left, right = group[one], group[other]
        lowest = np.minimum(left, right)
        np.minimum.at(group, left, lowest)
        np.minimum.at(group, right, lowest)
        while (group[group] != group).any():
            group = group[group]
    return np.unique(group, return_inverse=True)[1].astype(np.int32)
