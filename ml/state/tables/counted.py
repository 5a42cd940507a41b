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
    engaged: float


NONE: Final = Counted(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


@kernel
def counted(counts: CountTable, row: int, now: int) -> Counted:
    """The counts of a row as of `now`; nothing where `row` is -1."""
    if row < 0:
        return NONE
    value, left = counts.value[row], fade(counts, row, now)
    engaged = 0.0
    for kind in _ENGAGED:
        engaged += value[kind]
    return Counted(
        value[0] * left,
        value[1] * left,
        value[2] * left,
        value[3] * left,
        value[4] * left,
        value[5] * left,
        value[6] * left,
        value[7] * left,
        value[8] * left,
        engaged * left,
    )


def engaged(counts: Counts) -> Counts:
    """(rows,) engagements of every kind together, of (rows, kinds)."""
    total: Counts = counts[:, ENGAGED].sum(axis=1)
    return total
