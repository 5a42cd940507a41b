"""A request as the pipeline sees it: resolved once, read by every stage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from app.pipeline.batch import Column, Rows
from app.pipeline.steering import Steering

Times = NDArray[np.int64]  # unix seconds


NOBODY: Final = np.empty(0, np.int32)  # no rows at all


class Neighborhood(Protocol):
    """The users around the viewer: rows of users, sorted unless noted."""

    @property
    def following(self) -> Rows: ...

    @property
    def sampled_followees(self) -> Rows:
        """The newest of `following`, who are asked for more; in no order."""
        ...

    @property
    def followers(self) -> Rows: ...

    @property
    def second_degree(self) -> Rows:
        """The followees of `sampled_followees`, one entry for each path."""
        ...

    @property
    def followed_by_followers(self) -> Rows:
        """The followees of the newest of `followers`, likewise; in no order."""
        ...

    @property
    def excluded_authors(self) -> Rows:
        """Authors excluded by a block in either direction, or by the viewer's own mute."""
        ...

    @property
    def see_fewer_authors(self) -> Rows:
        """Authors that the viewer once asked to see less of."""
        ...

    @property
    def see_fewer_since(self) -> Times:
        """When the viewer last asked, for each of `see_fewer_authors`."""
        ...


class Muted(Protocol):
    """What the viewer does not want to read at `now`, as hashes."""

    @property
    def phrases(self) -> Mapping[int, NDArray[np.uint64]]:
        """By their number of words."""
        ...

    @property
    def domains(self) -> NDArray[np.uint32]: ...


class Query(NamedTuple):
    viewer: int  # row in the table of users; -1 for somebody we have never met
    now: int  # unix seconds: the only clock that a stage may read
    limit: int
    seed: int  # of all random draws: the same for the same viewer, moment and model
    neighborhood: Neighborhood
    tie_strength: Column  # to each of `neighborhood.following`, in 0–1
    vector: Column  # the viewer's taste; zeros where it is not known
    sensitive_ok: bool = False  # the viewer asked to see adult content
    seen: Rows = NOBODY  # tweets the viewer knows, sorted
    muted: Muted | None = None  # None where nothing is
    steering: Steering | None = None  # None where the viewer asked for nothing
