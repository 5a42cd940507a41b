"""How near are tweets to tastes?"""

from __future__ import annotations

import numpy as np

from app.pipeline.batch import Column
from ml.embeddings.encoder import Vectors
from ml.kernels import dot_kernel


@dot_kernel
def nearness(vectors: Vectors, row: int, one: Column, other: Column) -> tuple[float, float]:
    """The cosines of a vector and two others, all of length 1, in one pass over it."""
    to_one = to_other = np.float32(0)
    for i in range(len(one)):
        to_one += vectors[row, i] * one[i]
        to_other += vectors[row, i] * other[i]
    return float(to_one), float(to_other)
