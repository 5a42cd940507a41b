"""The truth is one formula, worth learning and kept to itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from datagen.behaviour_weights import ACTIONS
from datagen.world import World
from ml.heads import NAMES
from tests.unit.datagen.conftest import Planted


def test_the_truth_answers_for_every_head(planted: Planted) -> None:
    truth = planted.truth()
    assert set(truth) == set(NAMES)
    for chance in truth.values():
        assert chance.shape == planted.user.shape
        assert ((chance >= 0) & (chance <= 1)).all()


def test_engagement_is_a_like_a_retweet_or_a_reply(planted: Planted) -> None:
    truth = planted.truth()
    nothing = (1 - truth["like"]) * (1 - truth["retweet"]) * (1 - truth["reply"])
    np.testing.assert_allclose(truth["engagement"], 1 - nothing, atol=1e-6)


def test_no_two_heads_are_one(planted: Planted) -> None:
    truth = planted.truth()
    correlation = np.corrcoef([truth[name] for name in ACTIONS])
    assert correlation[~np.eye(len(ACTIONS), dtype=bool)].max() <= 0.9


def test_nobody_follows_whom_they_follow(planted: Planted) -> None:
    truth = planted.truth()
    author = planted.world.tweets.author[planted.tweet]
    tie = planted.world.follow_graph.strength_between(planted.user, author, planted.at)
    assert (truth["follow"][tie > 0] == 0).all()
    assert (truth["follow"][tie == 0] > 0).all()


def test_what_happened_is_what_was_likely(planted: Planted) -> None:
    truth = planted.truth()
    seen = planted.world.examination(planted.tables["impressions"]["position"].to_numpy())
    assert seen[planted.tables["impressions"]["position"].to_numpy() == 0].min() == 1.0
    for name, actions in (
        ("like", ["like"]),
        ("engagement", ["like", "retweet", "reply"]),
        ("negative", ["not_interested", "mute", "block"]),
    ):
        expected = float((truth[name] * seen).sum())
        happened = int(planted.followed_by(*actions).sum())
        assert abs(happened - expected) < 4 * np.sqrt(expected), name


def test_between_four_and_ten_percent_of_impressions_are_engaged_with(planted: Planted) -> None:
    assert 0.04 <= planted.followed_by("like", "retweet", "reply").mean() <= 0.10


def test_the_oracle_beats_popularity_by_far(planted: Planted) -> None:
    engaged = planted.followed_by("like", "retweet", "reply")
    test = planted.at >= np.quantile(planted.at, 0.8)
    tweet = planted.tweet
    shown = np.bincount(tweet[~test], minlength=len(planted.world.tweets))
    liked = np.bincount(tweet[~test & engaged], minlength=len(planted.world.tweets))
    popularity = (liked + 1) / (shown + 15)
    oracle = roc_auc_score(engaged[test], planted.truth()["engagement"][test])
    assert oracle > 0.78
    assert oracle - roc_auc_score(engaged[test], popularity[tweet][test]) > 0.15


def test_the_truth_survives_the_disk(planted: Planted, tmp_path: Path) -> None:
    planted.world.save(tmp_path)
    again = World.load(tmp_path)
    assert again.parameters == planted.world.parameters
    truth = again.probabilities(planted.user, planted.tweet, planted.at)
    for name, chance in planted.truth().items():
        np.testing.assert_array_equal(truth[name], chance)


def test_an_unknown_id_has_no_row(planted: Planted) -> None:
    assert planted.world.user_rows(np.array([1])).tolist() == [0]
    with pytest.raises(KeyError, match="no id 999999"):
        planted.world.tweet_rows(np.array([1, 999999]))


def test_followers_share_tastes_and_the_famous_are_few(planted: Planted) -> None:
    users, ties = planted.world.users, planted.world.follow_graph
    chance = np.random.default_rng(0).permutation(ties.followee)
    alike = (users.taste[ties.follower] * users.taste[ties.followee]).sum(axis=1).mean()
    assert alike > 1.2 * (users.taste[ties.follower] * users.taste[chance]).sum(axis=1).mean()
    fans = np.sort(np.bincount(ties.followee, minlength=len(users)))[::-1]
    assert fans[: len(users) // 10].sum() > 0.2 * fans.sum()
