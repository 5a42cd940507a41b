"""What components did, counted for all components of a request by one kernel."""

from __future__ import annotations

from itertools import chain
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.observability.counts import Counts
from app.observability.families import (
    COMPONENT_FAILURES,
    COMPONENT_ROWS,
    COMPONENT_SECONDS,
    STAGE_SECONDS,
    STEPS,
)
from app.pipeline.trace import Lap, Trace
from ml.kernels import inline_kernel, kernel

ROOM: Final = 256  # components and stages, as long as no table of more is needed
BOUNDS: Final = np.array(STEPS)
CAME: Final = COMPONENT_SECONDS.width  # behind the buckets and the sum
LEFT: Final = CAME + 1
FAILED: Final = CAME + 2
WIDTH: Final = CAME + 3

Numbers = NDArray[np.float64]
Laps = NDArray[np.int64]  # (4, laps): places, rows that came, rows that left, nanoseconds


class TraceCounts:
    """A table with a row for each component at a stage, and one for each stage."""

    def __init__(self, counts: Counts, room: int = ROOM) -> None:
        self._counts = counts
        self._begin(room)

    def add(self, trace: Trace) -> None:
        """Count every component of one request."""
        laps = trace.laps
        if not laps:
            return
        began, left, _, took, _ = zip(*laps, strict=True)
        stages, names, came = zip(*began, strict=True)
        try:
            places = [self._places[key] for key in zip(stages, names, strict=True)]
        except KeyError:
            places = self._new_places(laps)
        every = chain(places, came, left, took)
        numbers = np.fromiter(every, np.int64, 4 * len(laps)).reshape(4, len(laps))
        _count(self._table, numbers, self._stage, BOUNDS)
        if trace.failed:
            for place, (*_, error) in zip(places, laps, strict=True):
                self._table[place + FAILED] += error is not None

    def _begin(self, room: int) -> None:
        """Begin a table; what is in the one before stays counted."""
        self._room = room
        self._table, self._name = self._counts.reserve(room * WIDTH)
        self._places: dict[tuple[str, ...], int] = {}  # of the first number of each row
        self._stage = np.zeros(room * WIDTH, np.int64)  # the place of the stage of each component

    def _new_places(self, laps: list[Lap]) -> list[int]:
        keys = [(stage, name) for (stage, name, _), *_ in laps]
        new = ({*keys} | {key[:1] for key in keys}) - self._places.keys()
        if len(self._places) + len(new) > self._room:
            self._begin(2 * max(self._room, len(new)))
            return self._new_places(laps)
        for key in sorted(new):  # a stage comes before its components
            place = self._places[key] = len(self._places) * WIDTH
            if len(key) == 1:
                self._name(place, STAGE_SECONDS.width, (STAGE_SECONDS.name, *key))
                continue
            self._stage[place] = self._places[key[:1]]
            self._name(place, COMPONENT_SECONDS.width, (COMPONENT_SECONDS.name, *key))
            self._name(place + CAME, 1, (COMPONENT_ROWS.name, *key, "in"))
            self._name(place + LEFT, 1, (COMPONENT_ROWS.name, *key, "out"))
            self._name(place + FAILED, 1, (COMPONENT_FAILURES.name, *key))
        return [self._places[key] for key in keys]


@kernel
def _count(table: Numbers, laps: Laps, stage: Laps, bounds: Numbers) -> None:
    """Add the laps of one request to the rows of their components, and their sums to those of
    their stages."""
    for i in range(laps.shape[1]):
        place, seconds = laps[0, i], laps[3, i] / 1e9
        table[place + _bucket(bounds, seconds)] += 1
        table[place + len(bounds) + 1] += seconds
        table[place + CAME] += laps[1, i]
        table[place + LEFT] += laps[2, i]
        mine, total, is_first = stage[place], 0.0, True
        for j in range(laps.shape[1]):
            if stage[laps[0, j]] == mine:
                is_first &= j >= i
                total += laps[3, j] / 1e9
        if is_first:
            table[mine + _bucket(bounds, total)] += 1
            table[mine + len(bounds) + 1] += total


@inline_kernel
def _bucket(bounds: Numbers, seconds: float) -> int:
    """The first bucket whose bound is not below it; `np.searchsorted` takes half a second to
    compile."""
    bucket = 0
    for i in range(len(bounds)):
        bucket += bounds[i] < seconds
    return bucket
