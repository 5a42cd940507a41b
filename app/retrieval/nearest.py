"""How near are tweets to tastes?"""

from __future__ import annotations

import numpy as np

from app.pipeline.batch import Column
from ml.embeddings.encoder import Vectors
from ml.kernels import dot_kernel


@dot_kernel
def nearness(
    vectors: Vectors, row: int, next_row: int, one: Column, other: Column
) -> tuple[float, float, float, float]:
    """The cosines of two vectors and two others, all of length 1: of the first to `one` and to
    `other`, and of the next. Two rows are read at once, since each is waited for."""
    to_one = to_other = next_to_one = next_to_other = np.float32(0)
    for i in range(len(one)):
        to_one += vectors[row, i] * one[i]
        to_other += vectors[row, i] * other[i]
        next_to_one += vectors[next_row, i] * one[i]
        next_to_other += vectors[next_row, i] * other[i]
    return float(to_one), float(to_other), float(next_to_one), float(next_to_other)
