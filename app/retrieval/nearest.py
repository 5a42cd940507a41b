"""How near are tweets to tastes?"""

from __future__ import annotations

import numpy as np

from app.pipeline.batch import Column
from ml.kernels import dot_kernel


@dot_kernel
def nearness(vector: Column, one: Column, other: Column) -> tuple[float, float]:
    """The cosines of a vector and two others, all of length 1, in one pass over it."""
    to_one = to_other = np.float32(0)
    for i in range(len(vector)):
        to_one += vector[i] * one[i]
        to_other += vector[i] * other[i]
    return float(to_one), float(to_other)
