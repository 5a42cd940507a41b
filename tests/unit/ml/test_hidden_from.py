"""A threshold hides no more clean tweets than it may, and a base rate is what it adds up to."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.training import base_rate
from ml.training.hidden_from import hidden_from, interval

probabilities = st.lists(st.floats(0, 0.9375, width=32), min_size=1, max_size=60)


@given(probabilities, st.floats(0, 0.5))
def test_no_more_is_hidden_than_may_be(clean: list[float], share: float) -> None:
    p = np.array(clean, np.float32)
    threshold = np.float32(hidden_from(p, share))
    assert (p >= threshold).sum() <= share * len(p)
    lower = p[p < threshold]
    if len(lower):
        assert (p >= lower.max()).sum() > share * len(p)


@given(st.integers(1, 5000), st.data())
def test_an_interval_holds_its_share(tweets: int, data: st.DataObject) -> None:
    hidden = data.draw(st.integers(0, tweets))
    low, high = interval(hidden, tweets)
    assert 0 <= low <= hidden / tweets + 1e-12
    assert hidden / tweets - 1e-12 <= high <= 1
    assert high - low > interval(4 * hidden, 4 * tweets)[1] - interval(4 * hidden, 4 * tweets)[0]


@pytest.mark.parametrize("serving", [0.02, 0.1, 0.5, 0.9])
@pytest.mark.parametrize("trained", [0.05, 0.83])
def test_the_rate_is_found_whatever_it_was_in_training(serving: float, trained: float) -> None:
    """Scores of the harmful and of the clean are the same here and there, only how many differs."""
    rng = np.random.default_rng(3)
    harmful = rng.random(20_000) < serving
    evidence = rng.normal(np.where(harmful, 1.0, -1.0), 1.0)  # 2x is its log-likelihood ratio
    log_odds = 2 * evidence + np.log(trained / (1 - trained))
    found = base_rate.estimate(log_odds, trained)
    assert found == pytest.approx(harmful.mean(), abs=0.012)
    corrected = 1 / (1 + np.exp(-(log_odds + base_rate.shift(trained, found))))
    assert corrected.mean() == pytest.approx(found, abs=1e-4)


def test_where_nothing_differs_nothing_is_shifted() -> None:
    assert base_rate.shift(0.3, 0.3) == 0
