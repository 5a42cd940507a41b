"""Conversations: which tweets belong to one, which tweet began it, and what each reply answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, NamedTuple, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ml.arrays import Rows, Times
from ml.kernels import kernel
from ml.state.structures.disjoint_sets import DisjointSets, connected
from ml.state.structures.growable import GrowableColumns
from ml.state.structures.vocabulary import Vocabulary


@kernel
def thread_of(row: int, above: Rows, first: Rows) -> int:
    """The tweet that began the conversation of one, by `Threads.sets` and `Threads.first`."""
    root = int(row)
    while above[root] >= 0:
        root = int(above[root])
    return int(first[root]) if first[root] >= 0 else root


class Reply(NamedTuple):
    """A tweet that names one that is not here yet."""

    row: int
    begins: bool  # whether it names the beginning of its conversation, else what it answers


class Catalog(Protocol):
    """What is known of the tweets themselves."""

    ids: Vocabulary
    author: Rows
    created_at: Times
    tombstones: set[str]


class Threads(GrowableColumns):
    """A conversation is all tweets that name each other, or the same absent tweet, as what they
    answer or as what began it, directly or over others. It does not depend on which came first.

    It began with the tweet of it that names no other; where there is none or several, with the
    oldest of those that qualify, the smaller id first.
    """

    FILL: ClassVar[Mapping[str, float]] = {
        "first": -1,
        "names_another": False,
        "parent": -1,
        "parent_author": -1,
        "parent_deleted": False,
    }

    def __init__(self) -> None:
        self.sets = DisjointSets()
        self.first: Rows = np.empty(0, np.int32)  # of a root: what began it; -1 for the root
        self.names_another: NDArray[np.bool_] = np.empty(0, bool)
        self.parent: Rows = np.empty(0, np.int32)  # what a reply answers, -1 where not here
        self.parent_author: Rows = np.empty(0, np.int32)  # a row of users; -1 where unknown
        self.parent_deleted: NDArray[np.bool_] = np.empty(0, bool)  # though it is not here
        self.waiting: dict[str, list[Reply]] = {}

    def lengthen(self, rows: int) -> None:
        """Show at least so many rows."""
        super().lengthen(rows)
        self.sets.lengthen(rows)

    def began(self, row: Rows) -> Rows:
        """The tweet that began the conversation of each, in the same shape."""
        root = self.sets.roots(row)
        first = self.first[root]
        return np.where(first >= 0, first, root)

    def join(
        self,
        row: Rows,
        parent_id: pl.Series,
        began_id: pl.Series,
        catalog: Catalog,
    ) -> None:
        """Join new tweets, of which `catalog` has all else, to the conversations they belong to."""
        met: list[tuple[Reply, int]] = []
        beside: list[tuple[int, int]] = []  # two that wait for the same tweet
        for begins, ids in ((False, parent_id), (True, began_id)):
            named = catalog.ids.known(ids)
            others = np.flatnonzero((named != row) & ids.is_not_null().to_numpy())
            self.names_another[row[others]] = True
            for place in others.tolist():
                reply, other = Reply(int(row[place]), begins), int(named[place])
                if other >= 0:
                    met.append((reply, other))
                else:
                    beside.append((reply.row, self._wait(reply, ids[place], catalog)))
        if self.waiting:
            for come in row.tolist():
                met += ((reply, come) for reply in self.waiting.pop(catalog.ids.id(come), ()))
        for reply, parent in met:
            if not reply.begins:
                self.parent[reply.row] = parent
                self.parent_author[reply.row] = catalog.author[parent]
        self._unite([*((reply.row, named) for reply, named in met), *beside], catalog)

    def mark_deleted(self, ids: Iterable[str]) -> None:
        """These tweets, which are not here yet, are deleted."""
        for id_ in ids:
            for reply in self.waiting.get(id_, ()):
                self.parent_deleted[reply.row] |= not reply.begins

    def answers_deleted(self, row: Rows, deleted: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which of these are replies to tweets that are deleted."""
        parent = self.parent[row]
        gone: NDArray[np.bool_] = self.parent_deleted[row] | (parent >= 0) & deleted[parent]
        return gone

    def keep(self, row: Rows, new: Rows, deleted: NDArray[np.bool_], catalog: Catalog) -> None:
        """Only these tweets, in rows of their own; `new` is the row of each after that, -1 where
        it is no more, and `deleted` is by the old rows. `catalog` is as of after that."""
        began, gone = self.began(row), self.answers_deleted(row, deleted)
        for name in self.FILL:
            setattr(self, name, getattr(self, name)[row])
        self.parent, self.parent_deleted = _moved(self.parent, new), gone
        root = self.sets.keep(row)
        self.first[:] = -1
        self.first[root] = _moved(began[root], new)
        self._begin_anew(catalog)
        self.waiting = {
            id_: left
            for id_, replies in self.waiting.items()
            if (left := [Reply(int(new[r.row]), r.begins) for r in replies if new[r.row] >= 0])
        }

    def _begin_anew(self, catalog: Catalog) -> None:
        """Find the beginnings of conversations that have lost theirs."""
        roots = self.sets.roots(np.arange(len(self.first), dtype=np.int32))
        row = np.flatnonzero(self.first[roots] < 0).astype(np.int32)
        root, group = np.unique(roots[row], return_inverse=True)
        self.first[root] = self._oldest(row, group.astype(np.int32), catalog)

    def _wait(self, reply: Reply, id_: str, catalog: Catalog) -> int:
        """Let a reply wait for a tweet; the first that waits for it."""
        replies = self.waiting.setdefault(id_, [])
        replies.append(reply)
        if not reply.begins and id_ in catalog.tombstones:
            self.parent_deleted[reply.row] = True
        return replies[0].row

    def _unite(self, pairs: Sequence[tuple[int, int]], catalog: Catalog) -> None:
        """Make one conversation of those of each pair."""
        if not pairs:
            return
        root, node = np.unique(self.sets.roots(np.array(pairs, np.int32)), return_inverse=True)
        one, other = node.reshape(-1, 2).T
        group = connected(len(root), one, other)
        began = self._oldest(self.began(root), group, catalog)
        self.first[self.sets.unite(root, group)] = began

    def _oldest(self, row: Rows, group: NDArray[np.int32], catalog: Catalog) -> Rows:
        """(groups,) the tweet of each group that most likely began its conversation."""
        ids = np.array(catalog.ids.ids(row))
        order = np.lexsort((ids, catalog.created_at[row], self.names_another[row], group))
        oldest: Rows = row[order[np.flatnonzero(np.diff(group[order], prepend=-1))]]
        return oldest


def _moved(row: Rows, new: Rows) -> Rows:
    """Rows by their new numbers; -1 where there is none any more."""
    moved: Rows = np.where(row >= 0, new[row], -1).astype(np.int32)
    return moved
