"""Rows of (viewer, tweet, now), and their features."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows, Times
from ml.embeddings.encoder import Encoder, Vectors
from ml.features.look_ups import dots
from ml.features.row_writer import Feature, row_writer
from ml.features.tables import tables_of
from ml.state.feature_state import FeatureState
from ml.state.tables.neighborhood import Neighborhood


class KnownNeighborhood(Protocol):
    """What features read of the users around a viewer, as in `Neighborhood`."""

    @property
    def following(self) -> Rows: ...

    @property
    def sampled_followees(self) -> Rows: ...

    @property
    def followers(self) -> Rows: ...

    @property
    def second_degree(self) -> Rows: ...

    @property
    def followed_by_followers(self) -> Rows: ...


@dataclass
class Pairs:
    """Viewers and tweets at moments, all in one state."""

    state: Final[FeatureState]
    encoder: Final[Encoder]
    viewer: Final[Rows]
    tweet: Final[Rows]
    now: Final[Times]
    known: Final[KnownNeighborhood | None] = None  # of the only viewer, looked up before
    vector: Final[NDArray[np.float32] | None] = None  # (dim,) of the only viewer, likewise

    @classmethod
    def of_one(
        cls,
        state: FeatureState,
        encoder: Encoder,
        viewer: int,
        tweet: Rows,
        now: int,
        known: KnownNeighborhood | None = None,
        vector: NDArray[np.float32] | None = None,
    ) -> Pairs:
        """One viewer, many tweets, one moment."""
        viewers, moments = np.empty(len(tweet), np.int32), np.empty(len(tweet), np.int64)
        viewers.fill(viewer)
        moments.fill(now)
        return cls(state, encoder, viewers, tweet, moments, known, vector)

    def __len__(self) -> int:
        return len(self.tweet)

    @cached_property
    def viewers(self) -> Groups:
        """The pairs of each viewer."""
        if self.known and len(self):
            return Groups.of_one(self.viewer)
        return Groups.of(self.viewer)

    @property
    def which(self) -> NDArray[np.intp]:
        """(pairs,) the viewer of each pair, as a position in `vectors`."""
        return self.viewers.which if self.vector is None else np.zeros(len(self), np.intp)

    @property
    def vectors(self) -> Vectors:
        """(viewers, dim) the vector of each of `viewers`, as of their last pair."""
        return self._encoded if self.vector is None else self.vector[np.newaxis]

    @cached_property
    def _encoded(self) -> Vectors:
        groups = self.viewers
        latest = np.maximum.reduceat(self.now[groups.order], groups.edges[:-1])
        return self.encoder.viewers(self.state, groups.row, latest)

    def features(self, features: tuple[Feature, ...]) -> NDArray[np.float32]:
        """(pairs, features); one call writes all rows of one viewer."""
        write, tables = row_writer(features), tables_of(self.state, self.encoder)
        rows, vectors = np.empty((len(self), len(features)), np.float32), self.encoder.tweets.vector
        if not len(self):
            return rows
        if self.known is not None and self.vector is not None:
            viewer, taste = int(self.viewer[0]), dots(self.vector, vectors, self.tweet)
            write(rows, viewer, self.tweet, self.now, taste, *_parts(self.known), *tables)
            return rows
        groups = self.viewers
        tweet, now = self.tweet[groups.order], self.now[groups.order]
        for (viewer, start, end), vector in zip(groups, self.vectors, strict=True):
            around = self.known or Neighborhood.of(self.state.graph, viewer)
            some = tweet[start:end], now[start:end]
            taste = dots(vector, vectors, some[0])
            write(rows[start:end], viewer, *some, taste, *_parts(around), *tables)
        if isinstance(groups.order, slice):
            return rows
        in_order = np.empty_like(rows)
        in_order[groups.order] = rows
        return in_order


def _parts(around: KnownNeighborhood) -> tuple[Rows, ...]:
    return (
        around.following,
        around.followers,
        around.second_degree,
        around.followed_by_followers,
        around.sampled_followees,
    )


@dataclass(slots=True)
class Groups:
    """The pairs of each viewer, one after another."""

    row: Final[Rows]  # (viewers,) distinct
    which: Final[NDArray[np.intp]]  # (pairs,) the viewer of each pair, as a position in `row`
    order: Final[NDArray[np.intp] | slice]  # (pairs,) those of one viewer together
    edges: Final[NDArray[np.intp]]  # (viewers + 1,) of each in `order`, and the end

    @classmethod
    def of(cls, viewer: Rows) -> Groups:
        row, which, count = np.unique(viewer, return_inverse=True, return_counts=True)
        return cls(row, which, np.argsort(which, kind="stable"), np.append(0, np.cumsum(count)))

    @classmethod
    def of_one(cls, viewer: Rows) -> Groups:
        """All pairs have the same viewer."""
        count = len(viewer)
        return cls(viewer[:1], np.zeros(count, np.intp), slice(None), np.array([0, count]))

    def __iter__(self) -> Iterator[tuple[int, int, int]]:
        """The row of each viewer, and where in `order` their pairs begin and end."""
        edges = self.edges.tolist()
        return zip(self.row.tolist(), edges[:-1], edges[1:], strict=True)
