"""Each shape lacks what it says, and nothing else; its truth is still true."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from app.settings import Settings
from evaluation.report import shapes_report
from evaluation.shapes import shapes
from evaluation.shapes.degrade import SHAPES, SLOWER
from evaluation.shapes.planted import Planted
from ml.dataset import tables as tables_on_disk

SEED, SCALE = 7, 0.05


@pytest.fixture(scope="module")
def planted() -> Planted:
    return Planted.of(SEED, SCALE)


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_is_a_dataset(name: str, planted: Planted, tmp_path: Path) -> None:
    SHAPES[name].degrade(planted, SEED).write(tmp_path)
    tables = tables_on_disk.read(tmp_path)
    lacks = {
        "no-times": "interactions.created_at",
        "no-follows": "follows",
        "no-impressions": "impressions",
        "no-content": "tweets.text",
    }
    assert {lack for lack in lacks.values() if lack in tables.missing} == (
        {lacks[name]} if name in lacks else set()
    )
    assert tables.has_times == (name != "no-times")
    assert tables.has_split == (name == "no-times")


def test_what_is_held_out_without_times_was_not_shown_either(planted: Planted) -> None:
    degraded = SHAPES["no-times"].degrade(planted, SEED).tables
    test = [
        degraded[name].filter(pl.col("split") == "test").select("user_id", "tweet_id").unique()
        for name in ("interactions", "impressions")
    ]
    train = degraded["impressions"].filter(pl.col("split") == "train")
    assert len(train.join(test[0], on=["user_id", "tweet_id"], how="semi")) == 0
    assert 0.1 < len(test[1]) / len(degraded["impressions"]) < 0.3


def test_nobody_follows_through_a_tweet_either(planted: Planted) -> None:
    actions = set(SHAPES["no-follows"].degrade(planted, SEED).tables["interactions"]["action"])
    assert "follow" not in actions
    assert "like" in actions


def test_slow_is_the_same_world_in_slow_motion(planted: Planted) -> None:
    slow = SHAPES["slow"].degrade(planted, SEED).world
    rng, world = np.random.default_rng(0), planted.world
    user = rng.integers(0, len(world.users), 500).astype(np.int32)
    tweet = rng.integers(0, len(world.tweets), 500).astype(np.int32)
    age = rng.integers(0, 100_000, 500)
    before = world.probabilities(user, tweet, world.tweets.created[tweet] + age)
    after = slow.probabilities(user, tweet, slow.tweets.created[tweet] + age * SLOWER)
    author, late = world.tweets.author[tweet], np.full(500, 2**40)
    strangers = world.follow_graph.strength_between(user, author, late) == 0
    for name in before:
        np.testing.assert_allclose(before[name][strangers], after[name][strangers], rtol=1e-4)


def test_sparse_keeps_a_tenth(planted: Planted) -> None:
    sparse = SHAPES["sparse"].degrade(planted, SEED).tables
    for name in ("interactions", "impressions"):
        share = len(sparse[name]) / len(planted.tables[name])
        assert 0.05 < share < 0.2


def test_nobody_writes_twice(planted: Planted) -> None:
    degraded = SHAPES["one-tweet-per-author"].degrade(planted, SEED).tables
    assert degraded["tweets"]["author_id"].n_unique() == len(degraded["tweets"])
    assert not set(degraded["tweets"]["author_id"]) & set(planted.tables["users"]["user_id"])


def test_one_shape_is_measured_and_reported(tmp_path: Path) -> None:
    [one] = shapes.measure(["one-tweet-per-author"], Settings(artifacts=tmp_path), SEED, SCALE)
    report = shapes_report.document([one], SEED, SCALE)
    by = {(row.policy, row.metric): row.value for row in one.standings}
    for policy in ("for_you", "newest", "popular", "popular_7_days", "following", "item_item"):
        assert by[policy, "value@10"] is not None
        assert (by[policy, "value@10"] or 0) <= (by["oracle", "value@10"] or 0)
    assert "one-tweet-per-author" in shapes_report.table(report)
    assert "item_item" in shapes_report.page(report)
    assert "recall@20" in shapes_report.block(one)
