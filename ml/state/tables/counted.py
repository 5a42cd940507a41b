"""The counts of one row as of a moment, as numbers that kernels and features read by name."""

from __future__ import annotations

from typing import Final, NamedTuple

from ml.kernels import kernel
from ml.state.structures.counters import Counts, CountTable, fade
from ml.state.tables.counts import ENGAGED

_ENGAGED: Final = tuple(int(kind) for kind in ENGAGED)


class Counted(NamedTuple):
    """Decayed counts. `engaged` is the sum of likes, retweets, replies and every other kind of
    engagement there is."""

    impression: float
    like: float
    retweet: float
    reply: float
    follow: float
    negative: float
    report: float
    click: float
    post: float
    expected: float
    engaged: float


NONE: Final = Counted(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


@kernel
def counted(counts: CountTable, row: int, now: int) -> Counted:
    """The counts of a row as of `now`; nothing where `row` is -1."""
    if row < 0:
        return NONE
    value, left = counts.value, fade(counts, row, now)
    engaged = 0.0
    for kind in _ENGAGED:
        engaged += value[row, kind]
    return Counted(
        value[row, 0] * left,
        value[row, 1] * left,
        value[row, 2] * left,
        value[row, 3] * left,
        value[row, 4] * left,
        value[row, 5] * left,
        value[row, 6] * left,
        value[row, 7] * left,
        value[row, 8] * left,
        value[row, 9] * left,
        engaged * left,
    )


def engaged(counts: Counts) -> Counts:
    """(rows,) engagements of every kind together, of (rows, kinds)."""
    total: Counts = counts[:, ENGAGED].sum(axis=1)
    return total
