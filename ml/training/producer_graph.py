"""Which producers have the same audience? Cosines of who follows them, the greatest of each."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from ml.arrays import Rows
from ml.kernels import kernel

PRODUCERS: Final = 50_000  # those with most followers
FEWEST: Final = 3  # followers of a producer
FOLLOWED: Final = 256  # producers counted per user: who follows everybody says little
NEIGHBORS: Final = 64  # of a producer
SHARPNESS: Final = 10.0  # an edge weighs this times the squared cosine

Numbers = NDArray[np.int64]


def producers_of(followers: NDArray[np.int64]) -> Rows:
    """The rows of users with an audience, by how large it is, at most `PRODUCERS`, ascending.

    Args:
        followers: (users,)
    """
    most = np.argsort(-followers, kind="stable")[:PRODUCERS]
    some: Rows = np.sort(most[followers[most] >= FEWEST]).astype(np.int32)
    return some


def graph_of(audience: csr_matrix) -> csr_matrix:
    """(producers, producers) weights of edges between those with the same audience, the same both
    ways.

    Args:
        audience: (users, producers) 1 where a user follows a producer, sorted.
    """
    some = csr_matrix(_thinned(audience))
    by_producer = csr_matrix(some.T)
    neighbor, cosine = _nearest(
        some.indptr.astype(np.int64),
        some.indices.astype(np.int32),
        by_producer.indptr.astype(np.int64),
        by_producer.indices.astype(np.int32),
    )
    there = neighbor >= 0
    producer = np.repeat(np.arange(len(neighbor)), there.sum(axis=1))
    shape = (len(neighbor), len(neighbor))
    edges = csr_matrix((SHARPNESS * cosine[there] ** 2, (producer, neighbor[there])), shape=shape)
    graph = edges.maximum(edges.T).tocsr()
    graph.sort_indices()
    return graph


def _thinned(audience: csr_matrix) -> csr_matrix:
    """The same with at most `FOLLOWED` producers per user, evenly over what they follow."""
    count = np.diff(audience.indptr)
    user = np.repeat(np.arange(len(count)), count)
    place = np.arange(len(user)) - audience.indptr[:-1][user]
    kept = np.minimum(count[user], FOLLOWED)
    stays = place * kept // count[user] != (place - 1) * kept // count[user]
    pairs = user[stays], audience.indices[stays]
    return csr_matrix((np.ones(len(pairs[0]), np.float32), pairs), shape=audience.shape)


@kernel
def _nearest(
    user_start: Numbers, followed: Rows, producer_start: Numbers, follower: Rows
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """(producers, NEIGHBORS) the producers of the greatest cosine to each, best first, and the
    cosines; -1 where there are no more."""
    producers = len(producer_start) - 1
    neighbor = np.full((producers, NEIGHBORS), -1, np.int32)
    cosine = np.zeros((producers, NEIGHBORS), np.float64)
    shared, met = np.zeros(producers, np.int64), np.empty(producers, np.int32)
    for producer in range(producers):
        found = 0
        for i in range(producer_start[producer], producer_start[producer + 1]):
            for j in range(user_start[follower[i]], user_start[follower[i] + 1]):
                other = followed[j]
                if shared[other] == 0:
                    met[found] = other
                    found += 1
                shared[other] += 1
        own = producer_start[producer + 1] - producer_start[producer]
        for other in met[:found]:
            theirs = producer_start[other + 1] - producer_start[other]
            near = shared[other] / np.sqrt(np.float64(own * theirs))
            shared[other] = 0
            place = NEIGHBORS - 1
            if other == producer or near <= cosine[producer, place]:
                continue
            while place > 0 and near > cosine[producer, place - 1]:
                cosine[producer, place] = cosine[producer, place - 1]
                neighbor[producer, place] = neighbor[producer, place - 1]
                place -= 1
            cosine[producer, place], neighbor[producer, place] = near, other
    return neighbor, cosine
