"""Fits the tweets' own embeddings by alternating least squares.

The loss is the sum of weight * (1 - score)^2 over the engagements, `UNSEEN` * score^2 over all
pairs of a user and a tweet, and `RIDGE` times the squared lengths of all vectors; a score is a dot
product. Each pass takes three steps of conjugate gradients (Takács, Pilászy and Tikk, RecSys 2011).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from ml.embeddings.als import DIM, Als, Floats
from ml.kernels import dot_kernel
from ml.state.feature_state import FeatureState
from ml.state.structures.vocabulary import hashed
from ml.state.tables.engagements import ENGAGEMENT_KINDS

UNSEEN: Final = 0.1  # what a pair without an engagement weighs beside one with
RIDGE: Final = 3.0
PASSES: Final = 15  # over users and tweets
STEPS: Final = 3
SPREAD: Final = 0.1  # of the vectors at the start, together
MOST: Final = 100_000  # tweets, those that most engaged with

Ends = NDArray[np.int64]


def train(state: FeatureState, now: int, seed: int) -> Als:
    """Embeddings of the tweets that a state's users are engaged with.

    Args:
        now: unix seconds, as of which users count by how established they are.
    """
    liked = _engagements(state, now)  # (users, tweets)
    tweet = np.flatnonzero(liked.getnnz(axis=0))
    if len(tweet) > MOST:
        tweet = np.sort(np.argsort(-liked.getnnz(axis=0), kind="stable")[:MOST])
    liked = liked[:, tweet]
    users, tweets = liked.shape
    drawn = np.random.default_rng(seed).normal(0, SPREAD / np.sqrt(DIM), (tweets, DIM))
    theirs, vector = np.zeros((users, DIM), np.float32), drawn.astype(np.float32)
    by_user, by_tweet = _lists(liked), _lists(csr_matrix(liked.T))
    for _ in range(PASSES):
        _fit(theirs, vector, _gram(vector), *by_user)
        _fit(vector, theirs, _gram(theirs), *by_tweet)
    hashes = hashed(state.tweets.ids.ids(tweet.astype(np.int32)))
    order = np.argsort(hashes, kind="stable")
    return Als(hashes[order], vector[order], _gram(vector))


def _engagements(state: FeatureState, now: int) -> csr_matrix:
    """(users, tweets) the weight of each engagement."""
    engaged = state.engaged
    count = len(engaged.index)
    held = engaged.is_on[:count][:, ENGAGEMENT_KINDS].any(axis=1)
    user, tweet = engaged.index.left[:count][held], engaged.index.right[:count][held]
    weight = state.seniority.standing(now, state.users.created_at)[user].astype(np.float32)
    shape = len(state.users), len(state.tweets)
    return csr_matrix((weight, (user, tweet)), shape=shape)


def _gram(vector: Floats) -> Floats:
    """(DIM, DIM) what all pairs without an engagement and the ridge add to the normal equations."""
    inner: Floats = UNSEEN * (vector.T @ vector) + RIDGE * np.eye(DIM, dtype=np.float32)
    return inner.astype(np.float32)


def _lists(matrix: csr_matrix) -> tuple[Ends, NDArray[np.int32], Floats]:
    """Where each row ends, the columns of each, and what they weigh."""
    matrix.sort_indices()
    ends = matrix.indptr.astype(np.int64)
    return ends, matrix.indices.astype(np.int32), matrix.data.astype(np.float32)


@dot_kernel
def _fit(
    mine: Floats,
    others: Floats,
    gram: Floats,
    ends: Ends,
    other: NDArray[np.int32],
    weight: Floats,
) -> None:
    """Bring each of my vectors nearer to the least squares of its engagements with the others."""
    dim = mine.shape[1]
    residual, direction = np.empty(dim, np.float32), np.empty(dim, np.float32)
    made = np.empty(dim, np.float32)
    for row in range(len(mine)):
        first, last = ends[row], ends[row + 1]
        if first == last:
            mine[row] = 0
            continue
        _times(made, mine[row], others, gram, first, last, other, weight)
        for k in range(dim):
            residual[k] = -made[k]
        for place in range(first, last):
            for k in range(dim):
                residual[k] += weight[place] * others[other[place], k]
        length = np.float32(0)
        for k in range(dim):
            direction[k] = residual[k]
            length += residual[k] * residual[k]
        for _ in range(STEPS):
            if length < 1e-12:
                break
            _times(made, direction, others, gram, first, last, other, weight)
            along = np.float32(0)
            for k in range(dim):
                along += direction[k] * made[k]
            step, before, length = length / along, length, np.float32(0)
            for k in range(dim):
                mine[row, k] += step * direction[k]
                residual[k] -= step * made[k]
                length += residual[k] * residual[k]
            for k in range(dim):
                direction[k] = residual[k] + length / before * direction[k]


@dot_kernel
def _times(
    made: Floats,
    vector: Floats,
    others: Floats,
    gram: Floats,
    first: int,
    last: int,
    other: NDArray[np.int32],
    weight: Floats,
) -> None:
    """Write the product of the normal equations with a vector."""
    dim = len(vector)
    for k in range(dim):
        total = np.float32(0)
        for j in range(dim):
            total += gram[k, j] * vector[j]
        made[k] = total
    for place in range(first, last):
        row, score = other[place], np.float32(0)
        for k in range(dim):
            score += others[row, k] * vector[k]
        for k in range(dim):
            made[k] += weight[place] * score * others[row, k]
