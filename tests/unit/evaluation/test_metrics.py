"""Every metric is what scikit-learn, or its definition spelled out, says: on a thousand cases with
ties, empty users and columns of one class."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn import metrics as sk

from evaluation.describe import exponent
from evaluation.metrics import ranking
from evaluation.metrics.calibration import (
    calibration_error,
    calibration_ratio,
    cross_entropy,
    rce,
    reliability,
)
from evaluation.metrics.exposure import Exposure, gini
from evaluation.metrics.thresholds import Thresholds

CASES = 1_000
EXACTLY: dict[str, Any] = {"rel": 1e-9, "abs": 1e-9, "nan_ok": True}

Floats = NDArray[np.float64]


def scored() -> Iterator[tuple[Floats, Floats, Floats]]:
    """Labels, scores with ties, and weights as a redraw of users gives them."""
    rng = np.random.default_rng(1)
    for case in range(CASES):
        n = int(rng.integers(1, 40))
        label = (rng.random(n) < rng.choice([0.0, 0.1, 0.5, 1.0])).astype(np.float64)
        score = np.round(rng.random(n), int(rng.integers(1, 4)))
        weight = rng.integers(0, 4, n).astype(np.float64) if case % 2 else np.ones(n)
        yield label, score, weight


def slates() -> Iterator[tuple[Floats, NDArray[np.int64], int]]:
    """Which of the places shown were wanted, how many were wanted in all, and a cut-off."""
    rng = np.random.default_rng(2)
    for _ in range(CASES):
        visits, places = int(rng.integers(1, 5)), int(rng.integers(1, 25))
        gain = (rng.random((visits, places)) < rng.choice([0.0, 0.2, 1.0])).astype(np.float64)
        wanted = gain.sum(axis=1).astype(np.int64) + rng.integers(0, 4, visits)
        yield gain, wanted, int(rng.choice([1, 5, 10, 20]))


def two_classes(label: Floats, weight: Floats) -> bool:
    return len(np.unique(label[weight > 0])) == 2


def test_auc() -> None:
    for label, score, weight in scored():
        expected = (
            sk.roc_auc_score(label, score, sample_weight=weight)
            if two_classes(label, weight)
            else np.nan
        )
        assert Thresholds.of(label, score).auc(weight[None])[0] == pytest.approx(
            expected, **EXACTLY
        )


def test_area_under_precision_and_recall() -> None:
    for label, score, weight in scored():
        there = (label * weight).sum() > 0
        expected = (
            sk.average_precision_score(label, score, sample_weight=weight) if there else np.nan
        )
        found = Thresholds.of(label, score).average_precision(weight[None])[0]
        assert found == pytest.approx(expected, **EXACTLY)


def test_precision_at_recall() -> None:
    for label, score, weight in scored():
        if not (label * weight).sum():
            expected = np.nan
        else:
            precision, recall, _ = sk.precision_recall_curve(label, score, sample_weight=weight)
            expected = precision[recall >= 0.9 - 1e-12].max()
        found = Thresholds.of(label, score).precision_at_recall(weight[None], 0.9)[0]
        assert found == pytest.approx(expected, **EXACTLY)


def test_many_weights_at_once_are_as_one_by_one() -> None:
    rng = np.random.default_rng(3)
    label, score = (rng.random(60) < 0.3) * 1.0, np.round(rng.random(60), 1)
    weights = rng.integers(0, 3, (50, 60)).astype(np.float64)
    together = Thresholds.of(label, score).auc(weights)
    alone = [Thresholds.of(label, score).auc(weight[None])[0] for weight in weights]
    np.testing.assert_allclose(together, alone, rtol=1e-12)


def test_nothing_to_rank_is_not_a_number() -> None:
    nothing = np.empty(0)
    assert np.isnan(Thresholds.of(nothing, nothing).auc(np.ones((2, 0)))).all()


def test_relative_cross_entropy() -> None:
    for label, score, weight in scored():
        p = np.clip(score, 0.001, 0.999)
        if two_classes(label, weight):
            rate = np.average(label, weights=weight)
            best = sk.log_loss(
                label, np.full(len(label), rate), sample_weight=weight, labels=[0, 1]
            )
            mine = sk.log_loss(label, p, sample_weight=weight, labels=[0, 1])
            assert cross_entropy(label, p, weight[None])[0] == pytest.approx(mine, **EXACTLY)
            expected = 100 * (best - mine) / best
        else:
            expected = np.nan
        assert rce(label, p, weight[None])[0] == pytest.approx(expected, **EXACTLY)


def test_calibration() -> None:
    for label, score, weight in scored():
        parts = [p for p in np.array_split(np.argsort(score, kind="stable"), 10) if len(p)]
        gaps = [abs((weight[p] * (score[p] - label[p])).sum()) for p in parts]
        total = weight.sum()
        expected = sum(gaps) / total if total else np.nan
        assert calibration_error(label, score, weight[None])[0] == pytest.approx(
            expected, **EXACTLY
        )
        happened = (weight * label).sum()
        ratio = (weight * score).sum() / happened if happened else np.nan
        assert calibration_ratio(label, score, weight[None])[0] == pytest.approx(ratio, **EXACTLY)
        if (weight == 1).all():
            curve = reliability(label, score, weight[None])
            means = [label[p].mean() for p in parts]
            assert [bin.value for bin in curve.observed] == pytest.approx(means, **EXACTLY)


def test_ndcg() -> None:
    for gain, wanted, k in slates():
        found = ranking.ndcg(gain, ranking.ideal_of(wanted, max(k, gain.shape[1])), k)
        for row, (mine, all_of_it) in enumerate(zip(gain, wanted, strict=True)):
            unseen = np.ones(int(all_of_it - mine.sum()))
            catalog = np.r_[mine, np.zeros(max(k - len(mine), 0)), unseen]  # missed ones come last
            order = -np.arange(len(catalog))
            if not all_of_it:
                expected = np.nan
            elif len(catalog) == 1:
                expected = 1.0
            else:
                expected = sk.ndcg_score([catalog], [order], k=k, ignore_ties=True)
            assert found[row] == pytest.approx(expected, **EXACTLY)


def test_ndcg_of_graded_gains() -> None:
    rng = np.random.default_rng(4)
    for _ in range(CASES):
        worth = rng.random(30)
        shown = rng.permutation(30)[:20]
        best_first = np.sort(worth)[::-1][:20]
        for k in (5, 10, 20):
            rest = np.setdiff1d(np.arange(30), shown)
            catalog = np.r_[worth[shown], worth[rest]]
            expected = sk.ndcg_score([catalog], [-np.arange(30)], k=k, ignore_ties=True)
            found = ranking.ndcg(worth[shown][None], best_first[None], k)[0]
            assert found == pytest.approx(expected, **EXACTLY)


def test_precision_recall_hits_and_first_place() -> None:
    for gain, wanted, k in slates():
        lists = {
            "precision": ranking.precision,
            "recall": ranking.recall,
            "hit": ranking.hit_rate,
            "mrr": ranking.mrr,
        }
        found = {name: measure(gain, wanted, k) for name, measure in lists.items()}
        for row, mine in enumerate(gain):
            hits = [place for place, wish in enumerate(mine[:k]) if wish]
            expected = {
                "precision": len(hits) / k,
                "recall": len(hits) / wanted[row] if wanted[row] else np.nan,
                "hit": float(bool(hits)),
                "mrr": 1 / (1 + hits[0]) if hits else 0.0,
            }
            for name, value in expected.items():
                value = value if wanted[row] else np.nan
                assert found[name][row] == pytest.approx(value, **EXACTLY), name


def test_gini_and_coverage() -> None:
    rng = np.random.default_rng(5)
    for _ in range(CASES):
        n = int(rng.integers(1, 20))
        counts = rng.integers(0, 5, n) * 1.0
        differences = np.abs(counts[:, None] - counts[None]).sum()
        expected = differences / (2 * n * counts.sum()) if counts.sum() else np.nan
        assert gini(counts) == pytest.approx(expected, **EXACTLY)
        visit, thing = rng.integers(0, 4, 12), rng.integers(0, n, 12)
        eligible = np.ones(n, bool)
        weights = rng.integers(0, 2, (3, 4)).astype(np.float64)
        shown = [len(set(thing[row[visit] > 0])) / n for row in weights]
        assert Exposure(visit, thing, eligible).coverage(weights).draws == pytest.approx(shown)


def test_the_exponent_of_a_planted_power_law_is_found() -> None:
    drawn = np.random.default_rng(6).pareto(1.5, 200_000) * 20 + 20
    assert exponent(drawn.astype(np.int64)) == pytest.approx(2.5, abs=0.1)
    assert np.isnan(exponent(np.ones(3, np.int64)))


def test_no_metric_warns_of_users_without_anything() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        nobody = np.zeros((1, 3))
        assert np.isnan(rce(np.ones(3), np.ones(3) / 2, nobody)).all()
        assert np.isnan(ranking.ndcg(np.zeros((1, 5)), np.zeros((1, 5)), 5)).all()
