"""Learns communities from who follows whom; where nobody does, from who engages with whom."""

from __future__ import annotations

from math import inf
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from ml.arrays import Rows
from ml.embeddings.communities import ACTIVE, Communities
from ml.embeddings.simclusters import interested_in
from ml.kernels import kernel
from ml.state.feature_state import FeatureState
from ml.state.structures.vocabulary import hashed
from ml.state.tables.engagements import ENGAGEMENT_KINDS
from ml.state.tables.neighborhood import FOLLOW
from ml.training.known_for import known_for
from ml.training.producer_graph import graph_of, producers_of

FEWEST: Final = 3  # producers with an audience; with fewer there is nothing to learn

Floats = NDArray[np.float32]


def train(state: FeatureState, half_life_hours: float | None, seed: int) -> Communities | None:
    """Communities as of a state; None where too few people have an audience.

    Args:
        half_life_hours: of engagements; None where they have no times.
    """
    users = len(state.users)
    producer, user, author = _audiences(state)
    if len(producer) < FEWEST:
        return None
    place = np.searchsorted(producer, author)
    audience = csr_matrix(
        (np.ones(len(user), np.float32), (user, place)), shape=(users, len(producer))
    )
    audience.sum_duplicates()
    named, fit = known_for(graph_of(audience), seed)
    community, score, pull = (
        np.full(users, -1, np.int32),
        np.zeros(users, np.float32),
        np.zeros(users, np.float32),
    )
    degree = np.bincount(audience.indices, minlength=len(producer))
    community[producer], score[producer] = named, fit
    pull[producer] = fit / np.sqrt(np.maximum(degree, 1))
    count = int(named.max(initial=-1)) + 1
    if not count:
        return None
    start, followed = _followees(state)
    interest, weight = _interests(
        start, followed, state.history.tweet, state.tweets.author, community, score, pull, count
    )
    rows = np.flatnonzero((community >= 0) | (interest[:, 0] >= 0)).astype(np.int32)
    hashes = hashed(state.users.ids.ids(rows))
    by_hash = np.argsort(hashes, kind="stable")
    rows, hashes = rows[by_hash], hashes[by_hash]
    half_life = inf if half_life_hours is None else half_life_hours * 3600
    return Communities(
        count,
        half_life,
        hashes,
        community[rows],
        score[rows],
        pull[rows],
        interest[rows],
        weight[rows],
    )


def _audiences(state: FeatureState) -> tuple[Rows, Rows, Rows]:
    """Producers, ascending; and pairs of a user and a producer whom they follow or, where too few
    have followers, with whose tweets they engaged."""
    relations = state.graph.relations
    follows = np.flatnonzero(relations.is_on[: len(relations.index), FOLLOW])
    user, author = relations.index.left[follows], relations.index.right[follows]
    producer = producers_of(np.bincount(author, minlength=len(state.users)))
    if len(producer) < FEWEST:
        register = state.engaged
        kinds = register.is_on[: len(register.index)][:, list(ENGAGEMENT_KINDS)]
        engaged = np.flatnonzero(kinds.any(axis=1))
        user, author = register.index.left[engaged], state.tweets.author[register.index.right]
        author = author[engaged]
        pairs = np.unique(user.astype(np.int64)[author >= 0] << 32 | author[author >= 0])
        user, author = (pairs >> 32).astype(np.int32), (pairs & 0xFFFFFFFF).astype(np.int32)
        producer = producers_of(np.bincount(author, minlength=len(state.users)))
    counts = np.isin(author, producer)
    return producer, user[counts], author[counts]


def _followees(state: FeatureState) -> tuple[NDArray[np.int64], Rows]:
    """Whom each user follows, one user after another, ascending; and where each begins."""
    relations = state.graph.relations
    on = np.flatnonzero(relations.is_on[: len(relations.index), FOLLOW])
    user, followee = relations.index.left[on], relations.index.right[on]
    order = np.lexsort((followee, user))
    start = np.searchsorted(user[order], np.arange(len(state.users) + 1))
    return start.astype(np.int64), np.ascontiguousarray(followee[order])


@kernel
def _interests(
    start: NDArray[np.int64],
    followed: Rows,
    history: Rows,
    author_of: Rows,
    community: Rows,
    score: Floats,
    pull: Floats,
    count: int,
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """(users, ACTIVE) the greatest entries of each user's vector, and their weights."""
    users = len(community)
    interest = np.full((users, ACTIVE), -1, np.int32)
    weight = np.zeros((users, ACTIVE), np.float32)
    for user in range(users):
        vector, _ = interested_in(
            user,
            followed[start[user] : start[user + 1]],
            history[user],
            author_of,
            community,
            score,
            pull,
            count,
        )
        square = 0.0
        for i in range(ACTIVE):
            best = np.argmax(vector)
            if vector[best] > 0:
                interest[user, i], weight[user, i] = best, vector[best]
                square += vector[best] ** 2
                vector[best] = 0
        weight[user] /= np.sqrt(max(square, 1e-12))
    return interest, weight
