"""The weight of an act, kept beside it, so that undoing takes back what doing added."""

from __future__ import annotations

from typing import Final

import numpy as np

from ml.arrays import Rows
from ml.state.structures.counters import Counts

UNIT: Final = 1_000_000


def in_millionths(weight: Counts | None) -> Rows:
    """Weights that have been read, as whole numbers: their sums do not depend on their order."""
    assert weight is not None
    return np.rint(weight * UNIT).astype(np.int32)


def of_millionths(weight: Rows) -> Counts:
    """The weights that whole numbers stand for."""
    return weight / UNIT
