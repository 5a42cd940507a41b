"""SimClusters: sparse community vectors (Satuluri et al., KDD 2020), here by their O(1) proxy.

Instead of factorising the follow graph, interests fall into communities by a stable hash. That
serves cold users from their first second, needs no fitting, and is the same in every process.
A learned community model fills the same `Communities` interface.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import sqrt
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows
from ml.kernels import kernel
from ml.state.feature_state import FeatureState
from ml.state.structures.tokens import Tokens

COMMUNITIES: Final = 150
ACTIVE: Final = 3  # communities per vector, at most


@dataclass(frozen=True, slots=True)
class Sparse:
    """Rows of a sparse matrix with at most `ACTIVE` entries each; weight 0 where unused.

    Entries of one row may name the same community: they add up.
    """

    community: NDArray[np.int32]  # (rows, ACTIVE)
    weight: NDArray[np.float32]  # (rows, ACTIVE), of length 1 once equal communities are added


class Communities(Protocol):
    """Which communities do users and tweets belong to?"""

    def of_users(self, state: FeatureState, user: Rows) -> Sparse: ...

    def of_tweets(self, state: FeatureState, tweet: Rows) -> Sparse: ...


@dataclass(frozen=True, slots=True)
class HashedInterests:
    """Communities of declared interests, topics and hashtags."""

    count: int = COMMUNITIES

    def of_users(self, state: FeatureState, user: Rows) -> Sparse:
        return self._hash(state.users.interests[user])

    def of_tweets(self, state: FeatureState, tweet: Rows) -> Sparse:
        return self._hash(state.tweets.tags[tweet])

    def _hash(self, tokens: Tokens) -> Sparse:
        tokens = tokens[:, :ACTIVE]
        community = (tokens % np.uint32(self.count)).astype(np.int32)
        used = tokens != 0
        square = used.sum(axis=1)
        for i, j in combinations(range(ACTIVE), 2):
            square += 2 * ((community[:, i] == community[:, j]) & used[:, i] & used[:, j])
        weight = used / np.sqrt(np.maximum(square, 1)).astype(np.float32)[:, None]
        return Sparse(community, weight)


INTERESTS: Final = HashedInterests()


def cosine(a: Sparse, b: Sparse) -> NDArray[np.float32]:
    """(rows,) cosine of each row of `a` with the same row of `b`, or of its only row with every
    row of `b`; 0 where either is empty."""
    if len(a.weight) == 1:
        own = np.bincount(a.community[0], a.weight[0], COMMUNITIES).astype(np.float32)
        product = np.einsum("ij,ij->i", own[b.community], b.weight)
    else:
        same = a.community[:, :, None] == b.community[:, None, :]  # (rows, ACTIVE, ACTIVE)
        product = np.einsum("ij,ijk,ik->i", a.weight, same, b.weight)
    nearness: NDArray[np.float32] = np.minimum(product, 1)
    return nearness


@kernel
def communities_of(tokens: Tokens, row: int) -> NDArray[np.float64]:
    """(COMMUNITIES,) the vector of one user, of length 1, or 0 where `row` is -1."""
    vector = np.zeros(COMMUNITIES, np.float64)
    if row >= 0:
        for i in range(ACTIVE):
            if tokens[row, i] != 0:
                vector[tokens[row, i] % COMMUNITIES] += 1
    square = 0.0
    for entry in vector:
        square += entry * entry
    for community in range(COMMUNITIES):
        vector[community] /= sqrt(max(square, 1.0))
    return vector


@kernel
def nearness(vector: NDArray[np.float64], tokens: Tokens, row: Rows) -> NDArray[np.float64]:
    """(rows,) cosine of a user's vector with that of each row of tokens; 0 where either is
    empty."""
    near = np.empty(len(row), np.float64)
    for i in range(len(row)):
        product, square = 0.0, 0
        for j in range(ACTIVE):
            token = tokens[row[i], j]
            if token != 0:
                product += vector[token % COMMUNITIES]
                for k in range(ACTIVE):
                    other = tokens[row[i], k]
                    square += other != 0 and other % COMMUNITIES == token % COMMUNITIES
        near[i] = min(product / sqrt(max(square, 1)), 1.0)
    return near
