"""The wide part of the ranker starts as the best regression there is."""

from __future__ import annotations

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression

from ml.features import NAMES
from ml.heads import NAMES as HEADS
from ml.models.two_tower import DIM
from ml.training import regression
from ml.training.heavy_ranker import RankerRows, log_odds, train

ROWS = 4_000
RARE = -4.0  # log-odds of a head with few positives


def test_it_finds_what_a_regression_of_each_label_finds() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(ROWS, 5)).astype(np.float32)
    weight = rng.integers(1, 4, ROWS).astype(np.float32)
    chance = 1 / (1 + np.exp(2 - x @ rng.normal(size=(5, 2))))
    label = rng.random((ROWS, 2)) < chance
    slope, bias = regression.logistic(
        torch.from_numpy(x),
        torch.from_numpy(label.astype(np.float32)),
        torch.from_numpy(weight),
    )
    for head in range(2):
        alone = LogisticRegression(C=1 / (regression.RIDGE * ROWS), tol=1e-8)
        alone.fit(x, label[:, head], sample_weight=weight)
        np.testing.assert_allclose(slope[head].numpy(), alone.coef_[0], atol=5e-3)
        np.testing.assert_allclose(bias[head].item(), alone.intercept_[0], atol=5e-3)


def test_a_head_with_few_positives_learns_what_is_linear() -> None:
    rng = np.random.default_rng(1)
    features = rng.normal(size=(ROWS, len(NAMES))).astype(np.float32)
    signal = features[:, 0] * 2
    label = np.zeros((ROWS, len(HEADS)), np.bool_)
    label[:, 0] = rng.random(ROWS) < 1 / (1 + np.exp(-RARE - signal))
    vectors = rng.normal(size=(20, DIM)).astype(np.float32)
    some = rng.integers(0, 20, (2, ROWS)).astype(np.int32)
    rows = RankerRows(
        vectors,
        vectors,
        some[0],
        some[1],
        features,
        np.zeros(ROWS, np.float32),
        label,
        np.ones(ROWS, np.float32),
    )
    trained = np.arange(len(HEADS)) == 0
    found = log_odds(train(rows, trained, seed=7), rows)[:, 0]
    assert np.corrcoef(found, signal)[0, 1] > 0.8


def test_what_is_the_same_in_all_rows_has_no_effect_where_it_varies() -> None:
    rng = np.random.default_rng(2)
    features = rng.normal(size=(ROWS, len(NAMES))).astype(np.float32)
    features[:, 3:5] = 0.0, 7.0
    vectors = rng.normal(size=(20, DIM)).astype(np.float32)
    some = rng.integers(0, 20, (2, ROWS)).astype(np.int32)
    label = rng.random((ROWS, len(HEADS))) < 0.3
    none, each = np.zeros(ROWS, np.float32), np.ones(ROWS, np.float32)
    rows = RankerRows(vectors, vectors, some[0], some[1], features, none, label, each)
    model = train(rows, np.ones(len(HEADS), np.bool_), seed=7)
    found = log_odds(model, rows)
    rows.features[:, 3:5] = rng.normal(size=(ROWS, 2))
    np.testing.assert_array_equal(log_odds(model, rows), found)
    rows.features[:, 2] += 1
    assert not np.allclose(log_odds(model, rows), found)
