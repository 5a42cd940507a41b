"""All tweets there are to show, in the order in which they were written."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows, Times
from ml.kernels import inline_kernel
from ml.state.structures.event_order import UNKNOWN_TIME
from ml.state.structures.growable import grow

NOT_ASKED: Final[tuple[tuple[int, float, int] | None, int]] = None, 0


@inline_kernel
def is_fresh(written: int, oldest: int, now: int) -> bool:
    """Whether what was written then is inside a window that begins at `oldest`."""
    return (oldest <= written) & (written <= now) | (written == UNKNOWN_TIME)


class TimeIndex:
    """Rows of tweets, oldest first; those of unknown time come before all others."""

    def __init__(self, row: Rows, at: Times) -> None:
        order = np.argsort(at, kind="stable")
        self._row = row[order].astype(np.int32)
        self._at = at[order]
        self._count = len(row)
        self._unknown = int(np.searchsorted(self._at, UNKNOWN_TIME, "right"))
        self._oldest = NOT_ASKED
        self.reordered = 0  # how often anything but new rows behind all others changed it

    @property
    def row(self) -> Rows:
        return self._row[: self._count]

    @property
    def at(self) -> Times:
        return self._at[: self._count]

    def add(self, row: Rows, at: Times) -> None:
        """Put new tweets where their time says."""
        if not len(row):
            return
        order = np.argsort(at, kind="stable")
        row, at = row[order], at[order]
        if self._count and at[0] < self._at[self._count - 1]:
            place = np.searchsorted(self.at, at, "right")
            self._row, self._at = np.insert(self.row, place, row), np.insert(self.at, place, at)
            self._count += len(row)
            self.reordered += 1
        else:
            start, self._count = self._count, self._count + len(row)
            grow(self, "_row", self._count, -1)
            grow(self, "_at", self._count, 0)
            self._row[start : self._count], self._at[start : self._count] = row, at
        self._unknown = int(np.searchsorted(self.at, UNKNOWN_TIME, "right"))
        self._oldest = NOT_ASKED

    def remove(self, row: Rows, at: Times) -> None:
        """Take tweets of these times away for good."""
        begin, end = (np.searchsorted(self.at, at, side) for side in ("left", "right"))
        place = [
            first + self.row[first:last].tolist().index(tweet)
            for tweet, first, last in zip(row.tolist(), begin.tolist(), end.tolist(), strict=True)
        ]
        self._row, self._at = np.delete(self.row, place), np.delete(self.at, place)
        self._count = len(self._row)
        self.reordered += 1
        self._unknown = int(np.searchsorted(self.at, UNKNOWN_TIME, "right"))
        self._oldest = NOT_ASKED

    def until(self, now: int) -> Rows:
        """All tweets that exist at `now`, oldest first."""
        return self.row[: int(np.searchsorted(self.at, now, "right"))]

    def fresh(self, now: int, hours: float, at_least: int) -> Rows:
        """The tweets younger than `hours`, or else the newest `at_least`, oldest first.

        A tweet of unknown age is never too old.
        """
        unknown, start, end = self.fresh_places(now, hours, at_least)
        return np.concatenate([self.row[:unknown], self.row[start:end]])

    def fresh_places(self, now: int, hours: float, at_least: int) -> tuple[int, int, int]:
        """Which of all tweets are fresh: so many of unknown time, and those from one place up to
        another. Neither of these is less at a later moment."""
        start, end = self._window(np.array(now), hours, at_least)
        return self._unknown, int(start), int(max(start, end))

    def oldest_fresh(self, now: int, hours: float, at_least: int) -> int:
        """The time from which on tweets are fresh; remembered, since a request asks often."""
        asked, answer = self._oldest
        if asked != (now, hours, at_least):
            _, start, end = self.fresh_places(now, hours, at_least)
            answer = int(self.at[start]) if start < end else now
            self._oldest = (now, hours, at_least), answer
        return answer

    def draw_fresh(self, now: Times, hours: float, at_least: int, rng: np.random.Generator) -> Rows:
        """One tweet drawn uniformly from what was fresh at each moment."""
        start, end = self._window(now, hours, at_least)
        drawn = rng.integers(0, np.maximum(self._unknown + end - start, 1))
        place = np.where(drawn < self._unknown, drawn, start + drawn - self._unknown)
        tweet: Rows = self.row[np.minimum(place, self._count - 1)]
        return tweet

    def fresh_count(self, now: Times, hours: float, at_least: int) -> NDArray[np.int64]:
        """How many tweets were fresh at each moment."""
        start, end = self._window(now, hours, at_least)
        return self._unknown + end - start

    def _window(
        self, now: Times, hours: float, at_least: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where the fresh tweets of known age begin and end, at each moment."""
        end = np.searchsorted(self.at, now, "right")
        start = np.searchsorted(self.at, now - int(hours * 3600), "right")
        widened = end - max(at_least - self._unknown, 0)
        return np.maximum(np.minimum(start, widened), self._unknown), end
