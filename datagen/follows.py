"""Generation of the follow graph: users follow by taste, by fame and through friends."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from datagen.follow_graph import NEVER, FollowGraph, Keys
from datagen.parameters import DAY, Parameters, instants
from datagen.users import Floats, Rows, Users

FOLLOWS_PER_USER: Final = 30
DEGREE_SPREAD: Final = 0.7
LONERS: Final = 0.01
EAGERNESS: Final = (0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 1.0)  # of what is missing, per round
PATIENCE_DAYS: Final = 40
# How a followee is found; the graph carries taste because kin share topics and tone.
WAYS: Final = {
    "kin": 0.40,
    "topic": 0.15,
    "triad": 0.20,
    "back": 0.12,
    "fame": 0.065,
    "crowd": 0.065,
}


def draw_follows(parameters: Parameters, users: Users, rng: np.random.Generator) -> FollowGraph:
    """Draw a follow graph in rounds, so that later rounds can follow friends of friends."""
    n = len(users)
    degree = rng.lognormal(0.0, DEGREE_SPREAD, n)
    degree *= FOLLOWS_PER_USER / degree.mean()
    degree = np.where(rng.random(n) < LONERS, 0.0, np.minimum(degree, n / 4))
    key: Keys = np.empty(0, np.int64)
    for eagerness in EAGERNESS:
        missing = np.maximum(degree - np.bincount(key // n, minlength=n), 0.0)
        follower = np.repeat(np.arange(n, dtype=np.int32), rng.poisson(eagerness * missing))
        followee = _draw_followees(follower, key, users, rng)
        fresh = follower.astype(np.int64) * n + followee
        key = np.union1d(key, fresh[(followee >= 0) & (followee != follower)])
    graph = FollowGraph(n, key, np.zeros_like(key), np.zeros(len(key), np.float32))
    since = _since(parameters, graph, users, rng)
    return FollowGraph(
        n,
        key,
        since,
        tie_strength(graph, graph.follower, graph.followee, users, rng),
    )


def tie_strength(
    graph: FollowGraph,
    follower: Rows,
    followee: Rows,
    users: Users,
    rng: np.random.Generator,
) -> Floats:
    """The strength of each tie in 0–1: higher for mutual follows and kindred styles."""
    mutual = graph.since_of(graph.keys(followee, follower)) < NEVER
    kinship = users.kinship(follower, followee)
    strength = rng.normal(0.45 + 0.25 * mutual + 0.15 * kinship, 0.12)
    return np.clip(strength, 0.05, 1.0).astype(np.float32)


def follows_table(graph: FollowGraph, users: Users) -> pl.DataFrame:
    """The follows table, without the hidden strengths."""
    return pl.DataFrame(
        {
            "follower_id": users.user_id[graph.follower],
            "followee_id": users.user_id[graph.followee],
            "created_at": instants(graph.since),
        }
    )


def _since(
    parameters: Parameters, graph: FollowGraph, users: Users, rng: np.random.Generator
) -> NDArray[np.int64]:
    """When each follow began: some weeks after both users joined, and before the end of the log."""
    both = np.maximum(users.joined[graph.follower], users.joined[graph.followee])
    left = (parameters.until - 1 - both) * rng.random(len(both))
    wait = np.minimum(rng.exponential(PATIENCE_DAYS * DAY, len(both)), left)
    return both + wait.astype(np.int64)


def _draw_followees(follower: Rows, key: Keys, users: Users, rng: np.random.Generator) -> Rows:
    """The user that each follower follows next, -1 for none; the way of discovery is random."""
    n, m = len(users), len(follower)
    wanted = _draw_topics(users.taste, rng)[follower]
    everybody = np.zeros(n, np.int32)
    reversed_key = np.sort((key % n) * n + key // n)
    anyone = np.sort(key % n)  # as often as they are followed already
    found = {
        "kin": _in_group(users.community[follower], users.community, users.fame, rng),
        "topic": _in_group(wanted, _draw_topics(users.taste, rng), users.fame, rng),
        "triad": _neighbour(key, n, _neighbour(key, n, follower, rng), rng),
        "back": _neighbour(reversed_key, n, follower, rng),
        "fame": _in_group(everybody[follower], everybody, users.fame, rng),
        "crowd": _neighbour(anyone, n, np.zeros(m, np.int32), rng),
    }
    way = rng.choice(len(WAYS), m, p=list(WAYS.values()))
    return np.choose(way, [found[name] for name in WAYS])


def _in_group(wanted: Rows, group: Rows, fame: Floats, rng: np.random.Generator) -> Rows:
    """A random member of each wanted group, drawn by fame; -1 where the group is empty."""
    order = np.argsort(group, kind="stable")
    reach = np.concatenate(([0.0], np.cumsum(fame[order], dtype=np.float64)))
    low = reach[np.searchsorted(group[order], wanted, side="left")]
    high = reach[np.searchsorted(group[order], wanted, side="right")]
    place = np.searchsorted(reach, low + rng.random(len(wanted)) * (high - low), side="right") - 1
    return np.where(high > low, order[np.minimum(place, len(order) - 1)], -1).astype(np.int32)


def _draw_topics(taste: Floats, rng: np.random.Generator) -> Rows:
    """A random topic for each user, drawn by taste."""
    return np.asarray(np.argmax(taste * rng.random(taste.shape), axis=1), np.int32)


def _neighbour(key: Keys, n: int, user: Rows, rng: np.random.Generator) -> Rows:
    """A random followee of each user, -1 for none."""
    low = np.searchsorted(key, user.astype(np.int64) * n)
    high = np.searchsorted(key, (user.astype(np.int64) + 1) * n)
    place = low + (rng.random(len(user)) * (high - low)).astype(np.int64)
    known = (high > low) & (user >= 0)
    return np.where(known, np.append(key, 0)[place] % n, -1).astype(np.int32)
