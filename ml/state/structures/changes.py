"""What a batch of events changed in a register."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows, Times


@dataclass(frozen=True, slots=True)
class Changes:
    """Of each change its cell, by row, and what it adds. `sign` is +1 for what is on now, -1 for
    what was on before; `at` is since when, so that undoing takes back exactly what doing added."""

    row: Rows
    kind: NDArray[np.intp]
    at: Times
    sign: NDArray[np.float64]
    note: Rows
    weight: Rows  # in millionths
    touched: Rows  # every row whose latest event is another than before

    def __getitem__(self, some: NDArray[np.bool_]) -> Changes:
        return Changes(
            self.row[some],
            self.kind[some],
            self.at[some],
            self.sign[some],
            self.note[some],
            self.weight[some],
            self.touched,
        )
