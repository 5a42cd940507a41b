"""Compiled features against numpy and sets, which take longer but are plainer."""

from __future__ import annotations

import numpy as np
import pytest

from ml.bundle import Bundle
from ml.embeddings.communities import arrays_of
from ml.embeddings.graph_feature_service import PROOF_SECONDS
from ml.embeddings.simclusters import similarity
from ml.features import NAMES, Pairs, matrix
from ml.features.author import author_followers
from ml.features.liking import DECLARING_SHARE, POSTS, USUAL_SHARE
from ml.features.numbers import Author
from ml.features.rates import ENGAGEMENTS
from ml.features.relation import AUTHOR_STRENGTH
from ml.state.feature_state import FeatureState
from ml.state.tables.counted import NONE, Counted, engaged
from ml.state.tables.counts import Count
from ml.state.tables.engagement_counts import PERSON_HALF_LIFE_HOURS
from ml.state.tables.neighborhood import Neighborhood

VIEWERS = (3, 17, 40)


@pytest.fixture(scope="module")
def x(tiny_bundle: Bundle, tiny_state: FeatureState) -> Pairs:
    """Three viewers, their pairs mixed, at moments of their own."""
    tweet = tiny_state.by_time[-60:]
    viewer = np.resize(np.array(VIEWERS, np.int32), len(tweet))
    now = tiny_state.newest + np.arange(len(tweet)) * 7
    return Pairs(tiny_state, tiny_bundle.encode(tiny_state), viewer, tweet, now)


@pytest.fixture(scope="module")
def column(x: Pairs) -> dict[str, np.ndarray]:
    return dict(zip(NAMES, matrix(x).T, strict=True))


def test_a_feature_of_numbers_is_called_like_any_function() -> None:
    assert author_followers(Author(NONE, 0)) == 1  # of which the feature is the logarithm
    assert author_followers(Author(NONE, 7)) == 8


def test_counts_are_named_in_the_order_of_their_columns() -> None:
    assert Counted._fields[:-1] == tuple(kind.name.lower() for kind in list(Count)[:10])


def test_counts_are_those_of_the_state(x: Pairs, column: dict[str, np.ndarray]) -> None:
    author = x.state.tweets.author[x.tweet]
    ties = x.state.tie_counts.read(x.viewer, author, x.now)
    shrunk = engaged(ties) + ENGAGEMENTS * AUTHOR_STRENGTH
    per = shrunk / (ties[:, Count.EXPECTED] + AUTHOR_STRENGTH)
    tweets = x.state.tweet_counts.read(x.tweet, x.now)
    viewers = x.state.viewer_counts.read(x.viewer, x.now)
    for name, expected in {
        "author_affinity": np.log(per / ENGAGEMENTS),
        "author_exposure": np.log1p(ties[:, Count.IMPRESSION]),
        "tweet_engagements": np.log1p(engaged(tweets)),
        "viewer_activity": np.log1p(viewers[:, Count.IMPRESSION]),
    }.items():
        np.testing.assert_allclose(column[name], expected, rtol=1e-5, atol=1e-6, err_msg=name)
    assert column["author_exposure"].any()


def test_relations_are_those_of_the_graph(x: Pairs, column: dict[str, np.ndarray]) -> None:
    author, graph = x.state.tweets.author[x.tweet], x.state.graph
    np.testing.assert_array_equal(column["follows_author"], graph.follows(x.viewer, author))
    np.testing.assert_array_equal(column["author_follows_back"], graph.follows(author, x.viewer))
    declared = [set(row[row != 0].tolist()) for row in x.state.users.interests]
    for row, (viewer, who) in enumerate(zip(x.viewer.tolist(), author.tolist(), strict=True)):
        shared = len(declared[viewer] & declared[who])
        assert column["author_shares_interests"][row] == shared


def test_neighbors_who_declare_the_topic_are_counted(
    x: Pairs, column: dict[str, np.ndarray]
) -> None:
    declared = [set(row[row != 0].tolist()) for row in x.state.users.interests]
    topic = x.state.tweets.tags[x.tweet, 0].tolist()
    for row, viewer in enumerate(x.viewer.tolist()):
        around = Neighborhood.of(x.state.graph, viewer)
        neighbors = [*around.following.tolist(), *around.followers.tolist()]
        alike = sum(topic[row] in declared[neighbor] for neighbor in neighbors)
        expected = np.log((alike + 1) / (DECLARING_SHARE * len(neighbors) + 1))
        assert column["topic_declared_by_neighbors"][row] == pytest.approx(expected, abs=1e-6)
    assert len(np.unique(column["topic_declared_by_neighbors"])) > 10


def test_own_posts_on_the_topic_are_those_before_now(
    x: Pairs, column: dict[str, np.ndarray]
) -> None:
    tweets = x.state.tweets
    for row, (viewer, now) in enumerate(zip(x.viewer.tolist(), x.now.tolist(), strict=True)):
        mine = (tweets.author == viewer) & (tweets.created_at <= now)
        age = (now - tweets.created_at[mine]) / (PERSON_HALF_LIFE_HOURS * 3600)
        post = np.exp2(-age)
        on_topic = tweets.tags[mine, 0] == tweets.tags[x.tweet[row], 0]
        expected = np.log((post[on_topic].sum() + POSTS) / (post.sum() * USUAL_SHARE + POSTS))
        assert column["topic_posts"][row] == pytest.approx(expected, abs=1e-4)


def test_what_followees_engaged_with_is_counted(x: Pairs, column: dict[str, np.ndarray]) -> None:
    engaged_with, at, _ = x.state.history.of(np.arange(len(x.state.users), dtype=np.int32))
    for viewer in VIEWERS:
        mine = x.viewer == viewer
        followees, _ = x.state.graph.followees(np.array([viewer], np.int32))
        lately = at[followees] > x.now[mine].max() - PROOF_SECONDS
        found = [
            int(((engaged_with[followees] == tweet) & lately).sum()) for tweet in x.tweet[mine]
        ]
        counted = column["followees_engaged_with_tweet"][mine]
        np.testing.assert_allclose(counted, np.log1p(found), rtol=1e-6)


def test_similarities_are_cosines(x: Pairs, column: dict[str, np.ndarray]) -> None:
    state = x.state
    for viewer in VIEWERS:
        mine = x.viewer == viewer
        near = similarity(
            viewer,
            Neighborhood.of(state.graph, viewer).following,
            x.tweet[mine],
            state.users.interests,
            state.tweets.tags,
            state.tweets.author,
            state.history.tweet,
            arrays_of(state, x.encoder.members),
        )
        np.testing.assert_allclose(column["simclusters_similarity"][mine], near, atol=1e-6)
    taste = np.einsum("ij,ij->i", x.vectors[x.viewers.which], x.encoder.tweets.vector[x.tweet])
    np.testing.assert_allclose(
        column["twhin_similarity"], np.clip((1 + taste) / 2, 0, 1), atol=1e-6
    )


def test_one_viewer_or_several_at_a_time_makes_no_difference(x: Pairs) -> None:
    together = matrix(x)
    for viewer in VIEWERS:
        mine = np.flatnonzero(x.viewer == viewer)
        apart = Pairs(x.state, x.encoder, x.viewer[mine], x.tweet[mine], x.now[mine])
        np.testing.assert_allclose(matrix(apart), together[mine], atol=1e-6)
