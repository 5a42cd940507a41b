"""What features add to the log-odds of a head adds up to them."""

from __future__ import annotations

import numpy as np
import torch

from ml.features import NAMES
from ml.models.attribution import INPUTS, NEARNESS, Attribution
from ml.models.heavy_ranker import CLAMP, OUTPUTS
from ml.models.two_tower import DIM
from tests.unit.ml.test_inference import normal, ranker


def test_parts_add_up_to_what_the_model_says() -> None:
    rng = np.random.default_rng(0)
    model = ranker(rng)
    explained = Attribution.of(model)
    for _ in range(20):
        features, viewer, tweet = normal(rng, len(NAMES)), normal(rng, DIM), normal(rng, DIM)
        parts = explained.parts(features, viewer, tweet)
        pair = [torch.from_numpy(part[np.newaxis]) for part in (features, viewer, tweet)]
        predicted = model.probabilities(*pair).detach().numpy()[0]
        np.testing.assert_allclose(1 / (1 + np.exp(-parts.log_odds)), predicted, atol=1e-5)
        missed = parts.log_odds - parts.at_average - parts.added.sum(axis=1)
        np.testing.assert_allclose(parts.error, missed)
        assert abs(parts.error).max() < 1e-3 * abs(parts.log_odds - parts.at_average).max()


def test_the_embedding_head_reads_nothing_but_nearness() -> None:
    rng = np.random.default_rng(1)
    parts = Attribution.of(ranker(rng)).parts(
        normal(rng, len(NAMES)), normal(rng, DIM), normal(rng, DIM)
    )
    added = dict(zip(INPUTS, parts.added[OUTPUTS.index("similarity")].tolist(), strict=True))
    assert added.pop(NEARNESS) != 0
    assert set(added.values()) == {0.0}


def test_what_is_average_adds_nothing() -> None:
    rng = np.random.default_rng(2)
    model = ranker(rng)
    features, spread = model.mean.numpy().copy(), model.spread.numpy()
    features[3] += CLAMP * spread[3] / 2
    parts = Attribution.of(model).parts(features, np.zeros(DIM, np.float32), normal(rng, DIM))
    assert np.flatnonzero(abs(parts.added).max(axis=0) > 1e-4).tolist() == [3]
