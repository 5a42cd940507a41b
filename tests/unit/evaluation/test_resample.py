"""An interval covers what it should, and a difference is paired."""

from __future__ import annotations

import numpy as np
import pytest

from evaluation.metrics.resample import Figure, mean, ratio, resample


def test_every_draw_has_as_many_users() -> None:
    weights = resample(30)
    assert (weights.sum(axis=1) == 30).all()
    assert (weights[0] == 1).all()
    np.testing.assert_array_equal(weights, resample(30))


def test_intervals_cover_the_mean_nineteen_times_in_twenty() -> None:
    rng = np.random.default_rng(0)
    weights = resample(100)
    covered = 0
    for _ in range(200):
        low, high = mean(rng.normal(1.0, 2.0, 100), weights).interval
        covered += low <= 1.0 <= high
    assert 0.9 <= covered / 200 <= 0.99


def test_a_difference_is_paired() -> None:
    """Two figures that vary together differ surely, however much each varies."""
    noise = np.random.default_rng(0).normal(0, 10, 200)
    weights = resample(200)
    one, other = mean(noise + 0.5, weights), mean(noise, weights)
    assert not one.significant
    assert (one - other).significant
    assert (one - other).value == pytest.approx(0.5)


def test_unknown_users_do_not_count() -> None:
    value = np.array([1.0, np.nan, 3.0])
    assert mean(value, resample(3)).value == 2.0
    assert ratio(np.array([1.0, 2.0]), np.array([2.0, 4.0]), resample(2)).value == 0.5


def test_a_share_of_the_way_starts_at_nothing_and_ends_at_all() -> None:
    weights = resample(50)
    rng = np.random.default_rng(0)
    start, end = mean(rng.random(50), weights), mean(rng.random(50) + 3, weights)
    for figure, share in ((start, 0.0), (end, 1.0)):
        on_the_way = figure.share_of_way(start, end)
        assert on_the_way is not None
        assert on_the_way.value == share
        assert on_the_way.interval == (share, share)
    assert start.share_of_way(start, start) is None


def test_a_figure_that_nobody_knows_says_so() -> None:
    nobody = Figure(np.full(5, np.nan))
    assert np.isnan(nobody.interval).all()
    assert "nan" in str(nobody)
