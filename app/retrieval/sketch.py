"""A sketch of vectors: a byte for each number, a quarter of what has to be read to compare them."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.pipeline.batch import Column, Rows
from app.retrieval.age import age_hours
from app.retrieval.sort_keys import Keys, sort_key
from ml.arrays import Times
from ml.embeddings.encoder import Vectors
from ml.kernels import dot_kernel, kernel

STEPS: Final = 127  # from 0 to 1

Sketch = NDArray[np.int8]  # (vectors, dim)


@kernel
def sketch_of(vectors: Vectors, row: Rows, place: Rows) -> Sketch:
    """The sketch of some vectors of length 1, each in its place.

    Args:
        row: (sketched,) of `vectors`; in ascending order they are read fastest.
        place: (sketched,) of the sketch.
    """
    sketch = np.empty((len(row), vectors.shape[1]), np.int8)
    for i in range(len(row)):
        for k in range(vectors.shape[1]):
            sketch[place[i], k] = np.int8(np.rint(vectors[row[i], k] * np.float32(STEPS)))
    return sketch


@kernel
def worth_by_sketch(
    sketch: Sketch,
    place: Rows,
    created_at: Times,
    one: Column,
    other: Column,
    per_hour: float,
    now: int,
) -> tuple[Keys, Keys]:
    """Sort keys by the dot products with two vectors, less so much per hour of age.

    Args:
        place: (tweets,) of the sketch, which the keys hold.
        created_at: (sketched,) when they were written.
    """
    by_one, by_other = np.empty(len(place), np.int64), np.empty(len(place), np.int64)
    for i in range(len(place)):
        to_one, to_other = _nearness(sketch, place[i], one, other)
        fading = per_hour * age_hours(created_at[place[i]], now)
        by_one[i] = sort_key(to_one / STEPS - fading, place[i])
        by_other[i] = sort_key(to_other / STEPS - fading, place[i])
    return by_one, by_other


@dot_kernel
def _nearness(sketch: Sketch, row: int, one: Column, other: Column) -> tuple[float, float]:
    """The dot products of a row and two vectors, in one pass over it."""
    to_one = to_other = np.float32(0)
    for i in range(len(one)):
        step = np.float32(sketch[row, i])
        to_one += step * one[i]
        to_other += step * other[i]
    return float(to_one), float(to_other)
