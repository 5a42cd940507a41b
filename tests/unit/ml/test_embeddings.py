"""Each similarity lies in 0–1 and means what it says."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import polars as pl

from ml.actions import Action
from ml.bundle import Bundle
from ml.embeddings import graph_feature_service, realgraph, simclusters
from ml.features import NAMES, Pairs, matrix
from ml.state.events import Events
from ml.state.feature_state import FeatureState
from ml.state.structures.counters import CountTable
from ml.state.structures.tokens import token
from ml.state.tables.counted import counted
from ml.state.tables.neighborhood import Neighborhood
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users

Catalog = tuple[Users, Tweets]


def test_tokens_are_the_same_in_every_process() -> None:
    code = "from ml.state.structures.tokens import token; print(token('Jazz'))"
    for seed in ("0", "1"):
        out = subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert int(out.stdout) == token("jazz ")


def test_colliding_interests_add_up() -> None:
    also_seven = 7 + simclusters.COMMUNITIES
    tokens = np.array([[7, also_seven, 0], [7, 0, 0], [0, 0, 0]], np.uint32)
    near = simclusters.hashed_cosines(
        simclusters.hashed(tokens, 0), tokens, np.arange(3, dtype=np.int32)
    )
    np.testing.assert_allclose(near, [1, 1, 0], rtol=1e-6)


def test_similarities_lie_between_zero_and_one(
    tiny_bundle: Bundle, tiny_state: FeatureState
) -> None:
    encoder = tiny_bundle.encode(tiny_state)
    tweets = np.arange(len(tiny_state.tweets), dtype=np.int32)
    x = Pairs.of_one(tiny_state, encoder, 4, tweets, tiny_state.newest)
    values = matrix(x)[:, [NAMES.index(f"{name}") for name in NAMES if "similarity" in name]]
    strength = matrix(x)[:, NAMES.index("realgraph_strength")]
    for column in (*values.T, strength):
        assert (column >= 0).all()
        assert (column <= 1).all()
    np.testing.assert_allclose(np.linalg.norm(x.vectors, axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(
        np.linalg.norm(x.encoder.tweets.vector[x.tweet], axis=1), 1, rtol=1e-5
    )


def strength(state: FeatureState, one: int, other: int) -> float:
    ties, follows = state.tie_counts, state.graph.follows
    pair = np.array([one], np.int32), np.array([other], np.int32)
    tie = counted(CountTable(*ties.counts.table), int(ties.index.find(*pair)[0]), 1_000)
    return realgraph.tie_strength(tie, bool(follows(*pair)[0]), bool(follows(*pair[::-1])[0]))


def test_a_tie_grows_with_what_is_done_and_is_directed(tiny_catalog: Catalog) -> None:
    state = FeatureState(*tiny_catalog)
    tweet = int(np.flatnonzero(tiny_catalog[1].author == 5)[0])
    one, other = np.array([3], np.int32), np.array([5], np.int32)
    strengths = [strength(state, 3, 5)]
    for action in (Action.FOLLOW, Action.LIKE, Action.REPLY):
        state.apply(
            Events(
                np.array([action], np.int8),
                one,
                np.array([-1 if action is Action.FOLLOW else tweet], np.int32),
                other,
                np.array([1_000]),
                np.array([np.nan], np.float32),
                np.zeros(1, np.uint64),
            )
        )
        strengths.append(strength(state, 3, 5))
    assert strengths == sorted(strengths)
    assert strengths[0] == 0 < strengths[1]
    assert strength(state, 5, 3) == 0


def test_graph_features_equal_a_count_by_hand(
    tiny_catalog: Catalog, tiny_events: Events, tiny_state: FeatureState
) -> None:
    follows = tiny_events[tiny_events.action == Action.FOLLOW]
    pairs = pl.DataFrame({"a": follows.user, "b": follows.target}).unique()
    followees: dict[int, set[int]] = {}
    for a, b in pairs.iter_rows():
        if tiny_state.graph.follows(np.array([a], np.int32), np.array([b], np.int32))[0]:
            followees.setdefault(a, set()).add(b)
    users = len(tiny_catalog[0])
    most = 0
    for viewer in range(20):
        around = Neighborhood.of(tiny_state.graph, viewer)
        paths = (around.second_degree, around.followed_by_followers)
        neighbors = [*followees[viewer], *(f for f, known in followees.items() if viewer in known)]
        authors = np.arange(-1, users, dtype=np.int32)
        found = graph_feature_service.neighbors_following(authors, *paths).tolist()
        for author, count in zip(authors.tolist(), found, strict=True):
            assert count == sum(author in followees.get(f, set()) for f in neighbors)
        most = max(most, *found)
    assert most > 3


def test_authors_who_share_a_bucket_are_counted_apart() -> None:
    author = np.array([5, 5 + 2**20, -1, 5 + 2**21, 7, 5 + 2**20], np.int32)
    followed = np.array([5 + 2**20, 5, 5 + 2**22, 5 + 2**20, 5 + 2**21, -1 + 2**20], np.int32)
    found = graph_feature_service.neighbors_following(author, followed, followed[:2])
    assert found.tolist() == [2, 3, 0, 1, 0, 3]
