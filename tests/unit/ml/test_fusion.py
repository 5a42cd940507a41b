"""What predictions are worth together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from app.products.presets import PRESETS
from ml.models.fusion import Fusion, fold

MEANS = {"like": 0.05, "reply": 0.01, "report": 0.001}
WEIGHTS = {"like": 0.5, "reply": 13.5, "report": -369.0}
worths = arrays(np.float64, st.integers(2, 50), elements=st.floats(-100, 100, width=32))


@given(worths)
def test_folding_keeps_the_order_and_leaves_nothing_negative(worth: np.ndarray) -> None:
    folded = np.array([fold(one, lowest=-100) for one in worth.tolist()])
    assert (folded >= 0).all()
    assert (np.diff(folded[np.argsort(worth, kind="stable")]) >= 0).all()


@given(worths, st.floats(0.01, 1))
def test_a_factor_below_one_never_lifts(worth: np.ndarray, factor: float) -> None:
    folded = np.array([fold(one, lowest=-100) for one in worth.tolist()])
    assert (folded * factor <= folded).all()


def test_an_average_impression_without_complaints_is_a_half() -> None:
    fusion = Fusion(WEIGHTS, MEANS)
    average = {name: np.array([mean], np.float32) for name, mean in MEANS.items()}
    average["report"][:] = 0
    assert fusion.fuse(average)[0] == pytest.approx(0.5, abs=1e-3)


def test_nine_tenths_is_worth_nine_average_impressions() -> None:
    fusion = Fusion({"like": 1.0}, MEANS)
    assert fusion.fuse({"like": np.array([0.45], np.float32)})[0] == pytest.approx(0.9, abs=1e-3)


def test_what_people_report_ends_below_everything_they_do_not() -> None:
    fusion = Fusion(WEIGHTS, MEANS)
    like, reply = np.array([0.9, 0.0, 0.0], np.float32), np.zeros(3, np.float32)
    report = np.array([0.0, 0.0, 0.1], np.float32)
    score = fusion.fuse({"like": like, "reply": reply, "report": report})
    assert score[0] > score[1] > score[2] > 0


def test_a_head_that_was_not_trained_has_no_say() -> None:
    trained = {"like": 0.05}
    prediction = {"like": np.array([0.2, 0.1], np.float32)}
    with_weight = Fusion({"like": 1.0, "reply": 99.0}, trained).fuse(prediction)
    without = Fusion({"like": 1.0}, trained).fuse(prediction)
    np.testing.assert_array_equal(with_weight, without)


def test_the_balanced_preset_gives_every_head_its_share_whatever_its_rate() -> None:
    weights = PRESETS["balanced"].resolve({"like": 0.05, "reply": 0.01})
    assert weights["like"] * 0.05 == pytest.approx(1.0)
    assert weights["reply"] * 0.01 == pytest.approx(0.4)
    assert "retweet" not in weights
