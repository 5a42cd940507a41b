"""The weight of an engagement, kept beside it, so that undoing takes back what doing added."""

from __future__ import annotations

from typing import Final

import numpy as np

from ml.arrays import Rows
from ml.state.structures.counters import Counts

UNIT: Final = 1_000_000


def as_note(weight: Counts) -> Rows:
    """Weights as whole numbers, which a register can keep."""
    return np.rint(weight * UNIT).astype(np.int32)


def of_note(note: Rows) -> Counts:
    """The weights that notes stand for."""
    return note / UNIT
