"""Serving computes what the trained modules say, without torch."""

from __future__ import annotations

import numpy as np
import torch

from ml.features import NAMES
from ml.models import buckets
from ml.models.heavy_ranker import HeavyRanker
from ml.models.ranker_inference import RankerInference
from ml.models.two_tower import DIM, TAG_BUCKETS, TwoTower
from ml.models.viewer_inputs import FOLLOWEES, ViewerInputs
from ml.models.viewer_tower import ViewerTower
from ml.state.tables.history import LENGTH
from ml.state.tables.users import INTERESTS


def normal(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rng.normal(size=shape).astype(np.float32)


def ranker(rng: np.random.Generator) -> HeavyRanker:
    torch.manual_seed(0)
    model = HeavyRanker().eval()
    model.mean, model.spread = (
        torch.from_numpy(part) for part in (normal(rng, len(NAMES)), 1 + rng.random(len(NAMES)))
    )
    model.spread = model.spread.float()
    model.heads.data = torch.from_numpy(normal(rng, *model.heads.shape))
    model.scale = torch.from_numpy(normal(rng, len(model.scale)))
    model.shift = torch.from_numpy(normal(rng, len(model.shift)))
    return model


@torch.inference_mode()
def test_the_ranker_says_what_its_module_says() -> None:
    rng = np.random.default_rng(0)
    model = ranker(rng)
    features, viewer, tweet = 9 * normal(rng, 50, len(NAMES)), *(normal(rng, 50, DIM) for _ in "vt")
    expected = model.probabilities(*map(torch.from_numpy, (features, viewer, tweet))).numpy()
    inference = RankerInference.of(model)
    each = np.arange(50)
    np.testing.assert_allclose(
        inference.probabilities(features, viewer, each, tweet, each.astype(np.int32)),
        expected,
        atol=1e-5,
    )
    alone = np.repeat(viewer[:1], 50, axis=0)
    expected = model.probabilities(*map(torch.from_numpy, (features, alone, tweet))).numpy()
    the_same = np.zeros(50, np.intp)
    np.testing.assert_allclose(
        inference.probabilities(features, viewer[:1], the_same, tweet, each.astype(np.int32)),
        expected,
        atol=1e-5,
    )


def test_certainty_is_no_overflow() -> None:
    rng = np.random.default_rng(1)
    model = ranker(rng)
    model.shift = torch.full_like(model.shift, -1e4)
    p = RankerInference.of(model).probabilities(
        normal(rng, 3, len(NAMES)),
        normal(rng, 1, DIM),
        np.zeros(3, np.intp),
        normal(rng, 3, DIM),
        np.arange(3, dtype=np.int32),
    )
    assert (p >= 0).all()
    assert (p < 1e-20).all()


@torch.inference_mode()
def test_the_viewer_tower_says_what_its_module_says() -> None:
    torch.manual_seed(0)
    rng, tower = np.random.default_rng(2), TwoTower().eval()
    content, authors = normal(rng, 30, DIM), normal(rng, 30, DIM)
    weight = rng.random((4, LENGTH)).astype(np.float32)
    weight /= weight.sum(axis=1, keepdims=True)
    inputs = ViewerInputs(
        rng.integers(0, 9, (4, INTERESTS)).astype(np.uint32),
        rng.integers(0, 30, (4, LENGTH)).astype(np.int32),
        weight,
        rng.integers(-1, 30, (4, FOLLOWEES)).astype(np.int32),
    )
    inputs.followees[0], inputs.interests[1] = -1, 0
    followed = (inputs.followees >= 0).astype(np.float32)
    followed /= np.maximum(followed.sum(axis=1, keepdims=True), 1)
    expected = tower.viewer(
        buckets.of_tokens(inputs.interests, TAG_BUCKETS),
        torch.from_numpy(np.einsum("vh,vhd->vd", weight, content[inputs.history])),
        torch.from_numpy(np.einsum("vf,vfd->vd", followed, authors[inputs.followees])),
    )
    found = ViewerTower.of(tower).encode(inputs, content, authors)
    np.testing.assert_allclose(found, expected.numpy(), atol=1e-5)
