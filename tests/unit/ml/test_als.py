"""Tweets' own embeddings: least squares, zeros for what is new, and a file that gives them back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from ml.actions import Action
from ml.embeddings.als import DIM, Als, taste
from ml.state.events import Events
from ml.state.feature_state import FeatureState
from ml.state.storage import array_file
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users
from ml.training import als
from ml.training.als import RIDGE, UNSEEN

GROUPS, PEOPLE, THINGS = 3, 14, 12  # people and tweets of each group
EVERYTHING = np.arange(GROUPS * THINGS, dtype=np.int32)


@pytest.fixture
def groups(rng: np.random.Generator) -> FeatureState:
    """People of three tastes, who each like two of three tweets of their own taste."""
    liked = [
        (group * PEOPLE + person, group * THINGS + thing)
        for group in range(GROUPS)
        for person in range(PEOPLE)
        for thing in rng.permutation(THINGS)[: THINGS * 2 // 3]
    ]
    user, tweet = np.array(liked, np.int32).T
    tweets = Tweets(str(name) for name in range(GROUPS * THINGS))
    state = FeatureState(Users(str(name) for name in range(GROUPS * PEOPLE)), tweets)
    count = len(liked)
    state.apply(
        Events(
            action=np.full(count, int(Action.LIKE), np.int8),
            user=np.ascontiguousarray(user),
            tweet=np.ascontiguousarray(tweet),
            target=np.full(count, -1, np.int32),
            at=np.arange(count),
            position=np.full(count, np.nan, np.float32),
            tiebreak=np.zeros(count, np.uint64),
            weight=np.ones(count),
        )
    )
    return state


def test_what_others_of_the_same_taste_like_is_nearest(groups: FeatureState) -> None:
    learned = als.train(groups, now=1_000, seed=1)
    vector = learned.vectors(groups.tweets.ids, EVERYTHING)
    for user in range(GROUPS * PEOPLE):
        history = groups.history.tweet[user]
        history = history[history >= 0]
        score = vector @ taste(learned.gram, vector[history])
        mine = user // PEOPLE == EVERYTHING // THINGS
        not_yet = ~np.isin(EVERYTHING, history)
        assert score[mine & not_yet].min() > 3 * abs(score[~mine]).max()


def test_a_pass_solves_the_normal_equations(rng: np.random.Generator) -> None:
    others = rng.normal(0, 0.3, (9, DIM)).astype(np.float32)
    weight = (rng.random((5, 9)) * (rng.random((5, 9)) < 0.6)).astype(np.float32)
    weight[3] = 0  # who has nothing
    mine, gram = np.ones((5, DIM), np.float32), als._gram(others)
    for _ in range(10):
        als._fit(mine, others, gram, *als._lists(csr_matrix(weight)))
    every = others.astype(np.float64)
    for row in range(5):
        normal = UNSEEN * every.T @ every + RIDGE * np.eye(DIM) + every.T * weight[row] @ every
        wanted = np.linalg.solve(normal, every.T @ weight[row])
        np.testing.assert_allclose(mine[row], wanted, atol=1e-5)


def test_an_engagement_that_weighs_nothing_is_none(rng: np.random.Generator) -> None:
    others = rng.normal(0, 0.3, (4, DIM)).astype(np.float32)
    ends = np.array([0, 3], np.int64)
    found = []
    for weight in ([1.0, 0.5, 0.0], [1.0, 0.5]):
        mine = np.zeros((1, DIM), np.float32)
        ends[1] = len(weight)
        tweets = np.arange(len(weight), dtype=np.int32)
        als._fit(mine, others, als._gram(others), ends, tweets, np.array(weight, np.float32))
        found.append(mine)
    np.testing.assert_allclose(found[0], found[1], atol=1e-7)


def test_what_nobody_engaged_with_is_neither_near_nor_far(groups: FeatureState) -> None:
    learned = als.train(groups, now=1_000, seed=1)
    unmet = Tweets(["never met", "0"])
    vector = learned.vectors(unmet.ids, np.arange(2, dtype=np.int32))
    assert not vector[0].any()
    assert vector[1].any()
    assert not taste(learned.gram, vector[:0]).any()  # nor has who engaged with nothing a taste
    assert not taste(learned.gram, vector[:1]).any()


def test_the_fewer_engaged_the_shorter(groups: FeatureState) -> None:
    seldom = 3
    known = groups.engaged.index.right == seldom
    people = groups.engaged.index.left[known]
    before = als.train(groups, now=1_000, seed=1)
    for user in people[1:].tolist():
        groups.erase_actions(user, 2_000, 0)
    after = als.train(groups, now=3_000, seed=1)
    lengths = [
        np.linalg.norm(one.vectors(groups.tweets.ids, np.array([seldom], np.int32)))
        for one in (before, after)
    ]
    assert lengths[1] < lengths[0]


def test_the_same_state_gives_the_same_bytes_and_a_file_gives_them_back(
    groups: FeatureState, tmp_path: Path
) -> None:
    one, other = (als.train(groups, now=1_000, seed=1) for _ in range(2))
    array_file.save(tmp_path / "als.safetensors", other.arrays())
    again = Als.of(array_file.load(tmp_path / "als.safetensors"))
    for name, array in one.arrays().items():
        assert array.tobytes() == getattr(again, name).tobytes()
