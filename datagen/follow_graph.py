"""The follow graph: who follows whom, since when, and the hidden strength of each tie."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from datagen.users import Floats, Rows

NEVER: Final = np.iinfo(np.int64).max

Keys = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class FollowGraph:
    """One row per follow, sorted by `key`, which is follower · users + followee."""

    users: int
    key: Keys
    since: NDArray[np.int64]
    strength: Floats  # 0–1, hidden from the tables

    @property
    def follower(self) -> Rows:
        return (self.key // self.users).astype(np.int32)

    @property
    def followee(self) -> Rows:
        return (self.key % self.users).astype(np.int32)

    def keys(self, follower: Rows, followee: Rows) -> Keys:
        return follower.astype(np.int64) * self.users + followee

    def ranges(self, follower: Rows) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The first row and the end of the rows of each follower."""
        first = self.keys(follower, np.zeros_like(follower))
        return np.searchsorted(self.key, first), np.searchsorted(self.key, first + self.users)

    def strength_between(self, follower: Rows, followee: Rows, at: NDArray[np.int64]) -> Floats:
        """The tie strength of each pair at that time, 0 where there is no follow yet."""
        key = self.keys(follower, followee)
        strength = np.append(self.strength, np.float32(0.0))[np.searchsorted(self.key, key)]
        return np.where(self.since_of(key) <= at, strength, np.float32(0.0))

    def since_of(self, key: Keys) -> NDArray[np.int64]:
        """When each follow began or will begin; `NEVER` where there is none."""
        place = np.searchsorted(self.key, key)
        known = np.append(self.key, -1)[place] == key
        return np.where(known, np.append(self.since, NEVER)[place], NEVER)

    def joined_by(self, key: Keys, since: NDArray[np.int64], strength: Floats) -> FollowGraph:
        """The graph with more follows; one that was to begin later begins now instead."""
        later = np.searchsorted(self.key, key[self.since_of(key) < NEVER])
        kept = np.delete(np.arange(len(self.key)), later)
        keys = np.concatenate((self.key[kept], key))
        order = np.argsort(keys, kind="stable")
        return replace(
            self,
            key=keys[order],
            since=np.concatenate((self.since[kept], since))[order],
            strength=np.concatenate((self.strength[kept], strength))[order],
        )

    def unchanged_in(self, later: FollowGraph) -> FollowGraph:
        """The follows that began in `later` when they were to begin here."""
        same = later.since_of(self.key) == self.since
        return replace(
            self, key=self.key[same], since=self.since[same], strength=self.strength[same]
        )
