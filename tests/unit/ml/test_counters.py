"""Counts fade by half-lives, in any year and in any order."""

from __future__ import annotations

import numpy as np
import pytest

from ml.state.structures.counters import DecayedCounts, PairCounts

HOUR = 3600


def rows(*values: int) -> np.ndarray:
    return np.array(values, np.int32)


def test_a_count_halves_every_half_life() -> None:
    counts = DecayedCounts(width=2, half_life_hours=24, rows=3)
    counts.add(rows(1), np.array([0]), np.array([0]), np.ones(1))
    assert counts.read(rows(1), 24 * HOUR)[0, 0] == pytest.approx(0.5)
    assert counts.read(rows(1), 72 * HOUR)[0, 0] == pytest.approx(0.125)


def test_nothing_grows_when_the_clock_stands_before_the_newest_event() -> None:
    counts = DecayedCounts(width=1, half_life_hours=1, rows=1)
    counts.add(rows(0), np.array([0]), np.array([100 * HOUR]), np.ones(1))
    assert counts.read(rows(0), 0)[0, 0] == 1


def test_a_missing_row_reads_as_zero() -> None:
    counts = DecayedCounts(width=1, half_life_hours=1, rows=2)
    counts.add(rows(1), np.array([0]), np.array([0]), np.ones(1))
    assert counts.read(rows(-1), 0)[0, 0] == 0
    assert PairCounts(1, 1.0).read(rows(3), rows(4), 0).tolist() == [[0]]


@pytest.mark.parametrize("start", [0, 1_790_000_000, 4_000_000_000])
def test_neither_order_nor_batching_matters(start: int, rng: np.random.Generator) -> None:
    n = 3_000
    row, kind = rng.integers(0, 20, n).astype(np.int32), rng.integers(0, 3, n)
    at = start + rng.integers(0, 10 * 365 * 24 * HOUR, n)
    weight = rng.choice([1.0, -1.0], n, p=[0.9, 0.1])
    once, often = DecayedCounts(3, 24, 20), DecayedCounts(3, 24, 20)
    once.add(row, kind, at, weight)
    order = rng.permutation(n)
    for part in np.array_split(order, 100):
        often.add(row[part], kind[part], at[part], weight[part])
    np.testing.assert_allclose(once.value, often.value, rtol=1e-9, atol=1e-12)
    assert np.isfinite(once.value).all()
