"""KnownFor: one community per producer, by sparse binary factorisation of the producer graph.

Two producers have an edge where they are in the same community, as far as can be: producers move
between the communities of their neighbors by Metropolis-Hastings (Twitter's sbf). The communities
of the start are more than there will be; those that explain nothing run empty.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from ml.arrays import Rows
from ml.kernels import kernel

PRODUCERS_PER_SEED: Final = 8  # at the start
OF_SEED: Final = 10  # neighbors who begin in its community
EDGES: Final = 10.0  # weight of an edge beside that of none
EPOCHS: Final = 20
COLDNESS: Final = 0.5  # a change of the log-likelihood counts so much
SMALLEST: Final = 3  # producers of a community

Numbers = NDArray[np.int64]
Floats = NDArray[np.float64]


def known_for(graph: csr_matrix, seed: int) -> tuple[Rows, Floats]:
    """(producers,) twice: the community of each, -1 where it has none, those with most members
    first; and how well it fits, 0–1: the weighted Jaccard index of its neighbors and the members.
    """
    producers = graph.shape[0]
    rng = np.random.default_rng(seed)
    community, seeds = _seeds(graph)
    start, neighbor = graph.indptr.astype(np.int64), graph.indices.astype(np.int32)
    weight = graph.data.astype(np.float64)
    for _ in range(EPOCHS):
        order, chance = rng.permutation(producers), rng.random((producers, 2))
        _move(community, seeds, start, neighbor, weight, order, chance)
    members = np.bincount(community[community >= 0], minlength=seeds)
    by_size = np.argsort(-members, kind="stable")
    number = np.full(seeds + 1, -1, np.int32)  # the last is that of -1
    number[by_size] = np.where(members[by_size] >= SMALLEST, np.arange(seeds), -1)
    named = number[community]
    return named, _fit(graph, named)


def _seeds(graph: csr_matrix) -> tuple[Rows, int]:
    """The communities of the start: the neighbors of the best connected producers."""
    producers = graph.shape[0]
    strength = np.asarray(graph.sum(axis=1)).ravel()
    community = np.full(producers, -1, np.int32)
    seeds = 0
    for producer in np.argsort(-strength, kind="stable"):
        if community[producer] >= 0 or strength[producer] == 0:
            continue
        if seeds >= max(producers // PRODUCERS_PER_SEED, 1):
            break
        these = slice(*graph.indptr[producer : producer + 2])
        near = graph.indices[these][np.argsort(-graph.data[these], kind="stable")[:OF_SEED]]
        community[near[community[near] < 0]] = community[producer] = seeds
        seeds += 1
    return community, seeds


@kernel
def _move(
    community: Rows,
    communities: int,
    start: Numbers,
    neighbor: Rows,
    weight: Floats,
    order: Numbers,
    chance: Floats,
) -> None:
    """Offer each producer another community of its neighbors, drawn by likelihood, once."""
    size = np.zeros(communities, np.int64)
    for one in community:
        if one >= 0:
            size[one] += 1
    within, count = np.zeros(communities, np.float64), np.zeros(communities, np.int64)
    met, likelihood = np.empty(communities, np.int64), np.empty(communities, np.float64)
    for producer in order:
        first, last = start[producer], start[producer + 1]
        if first == last:
            continue
        found, total, mine = 0, 0.0, community[producer]
        for edge in range(first, last):
            total += weight[edge]
            one = community[neighbor[edge]]
            if one >= 0:
                if count[one] == 0:
                    met[found] = one
                    found += 1
                within[one] += weight[edge]
                count[one] += 1
        mean, others = total / (last - first), len(community) - (last - first)
        now, greatest = others * mean, -np.inf
        if mine >= 0:
            apart = others - (size[mine] - 1) + count[mine]
            now = EDGES * within[mine] + apart * mean
        for i in range(found):
            one = met[i]
            likelihood[i] = EDGES * within[one] + (others - size[one] + count[one]) * mean
            if one != mine:
                greatest = max(greatest, likelihood[i])
        drawn = _drawn(likelihood, met, found, mine, greatest, chance[producer, 0])
        if drawn >= 0 and np.log(chance[producer, 1]) < COLDNESS * (likelihood[drawn] - now):
            community[producer] = met[drawn]
            size[met[drawn]] += 1
            if mine >= 0:
                size[mine] -= 1
        for i in range(found):
            within[met[i]], count[met[i]] = 0.0, 0


@kernel
def _drawn(
    likelihood: Floats, met: Numbers, found: int, mine: int, greatest: float, chance: float
) -> int:
    """The place of a community other than one's own, drawn by likelihood; -1 where there is
    none."""
    total, drawn = 0.0, -1
    for i in range(found):
        if met[i] != mine:
            total += np.exp(likelihood[i] - greatest)
    left = chance * total
    for i in range(found):
        if met[i] != mine and left >= 0:
            drawn = i
            left -= np.exp(likelihood[i] - greatest)
    return drawn


def _fit(graph: csr_matrix, community: Rows) -> Floats:
    """Edges into the own community, over these, those out of it, and those that members lack."""
    producers = len(community)
    producer = np.repeat(np.arange(producers), np.diff(graph.indptr))
    within = (community[producer] == community[graph.indices]) & (community[producer] >= 0)
    inside = np.bincount(producer, graph.data * within, producers)
    edges, total = np.diff(graph.indptr), np.asarray(graph.sum(axis=1)).ravel()
    size = np.bincount(community[community >= 0], minlength=1)[np.maximum(community, 0)]
    lacking = size - np.bincount(producer, within, producers)
    union = total + total / np.maximum(edges, 1) * lacking
    return np.where(community >= 0, inside / np.maximum(union, 1e-9), 0.0)
