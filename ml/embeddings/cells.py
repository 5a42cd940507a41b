"""Cells of vectors that lie together, for an inverted file (IVF; Jégou et al., 2011)."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Cells = NDArray[np.int16]

WORTHWHILE: Final = 20_000  # vectors; up to so many, reading them all is as quick
CELLS: Final = 512
SAMPLE: Final = 32  # vectors per cell from which the centroids are learned
ROUNDS: Final = 6
CHUNK: Final = 8_192  # vectors compared at a time


def centroids_of(vectors: Vectors) -> Vectors:
    """(cells, dim), of length 1: the directions around which vectors of length 1 lie (k-means on
    the sphere; Dhillon and Modha, 2001). None for so few vectors that cells are not worthwhile."""
    if len(vectors) <= WORTHWHILE:
        return np.empty((0, vectors.shape[1]), np.float32)
    rng = np.random.default_rng(0)
    sample = vectors[np.sort(rng.choice(len(vectors), CELLS * SAMPLE, replace=False))]
    centroids = sample[rng.choice(len(sample), CELLS, replace=False)]
    for _ in range(ROUNDS):
        cell = cells_of(sample, centroids)
        order = np.argsort(cell, kind="stable")
        there, first = np.unique(cell[order], return_index=True)
        sums = np.add.reduceat(sample[order], first)
        centroids[there] = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
    return centroids


def cells_of(vectors: Vectors, centroids: Vectors) -> Cells:
    """(vectors,) the cell whose centroid is nearest to each."""
    cell = np.empty(len(vectors), np.int16)
    for start in range(0, len(vectors), CHUNK):
        some = slice(start, start + CHUNK)
        cell[some] = (vectors[some] @ centroids.T).argmax(axis=1)
    return cell
