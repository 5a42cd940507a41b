"""The metrics of ranking agree with `ir-measures`, by which the field of retrieval compares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from evaluation.metrics import ranking

ir = pytest.importorskip("ir_measures", reason="it is in the extra `test`: pip install '.[test]'")

VISITS, PLACES = 2_000, 25
CUTOFFS = (1, 5, 10, 20)
Floats = NDArray[np.float64]
Metric = Callable[[Floats, NDArray[np.int64], int], Floats]


@pytest.fixture(scope="module")
def slates() -> tuple[Floats, NDArray[np.int64]]:
    """(visits, places) what was wanted of what was shown, and how much was wanted in all; some
    slates are short, some show nothing that was wanted, and sometimes nothing was."""
    rng = np.random.default_rng(3)
    shown = np.arange(PLACES) < rng.integers(1, PLACES + 1, VISITS)[:, None]
    share = rng.choice([0.0, 0.05, 0.3, 1.0], VISITS)[:, None]
    gain = (shown & (rng.random((VISITS, PLACES)) < share)).astype(np.float64)
    return gain, gain.sum(axis=1).astype(np.int64) + rng.integers(0, 4, VISITS)


def theirs(measure: Any, gain: Floats, wanted: NDArray[np.int64]) -> Floats:
    """(visits,) what their library says; NaN where nothing was wanted."""
    hits = gain.sum(axis=1).astype(int)
    judged = {
        str(visit): {f"{place}": 1 for place in np.flatnonzero(row)}
        | {f"elsewhere {i}": 1 for i in range(wanted[visit] - hits[visit])}
        for visit, row in enumerate(gain)
        if wanted[visit]
    }
    run = {visit: {f"{place}": float(-place) for place in range(PLACES)} for visit in judged}
    found = np.full(len(gain), np.nan)
    for one in ir.iter_calc([measure], judged, run):
        found[int(one.query_id)] = one.value
    return found


@pytest.mark.parametrize("k", CUTOFFS)
@pytest.mark.parametrize(
    ("measure", "ours"),
    [
        (ir.P, ranking.precision),
        (ir.R, ranking.recall),
        (ir.Success, ranking.hit_rate),
        (ir.RR, ranking.mrr),
        (ir.nDCG, lambda gain, wanted, k: ranking.ndcg(gain, ranking.ideal_of(wanted, k), k)),
    ],
    ids=["precision", "recall", "hit_rate", "mrr", "ndcg"],
)
def test_a_metric_agrees(
    slates: tuple[Floats, NDArray[np.int64]], measure: Any, ours: Metric, k: int
) -> None:
    gain, wanted = slates
    np.testing.assert_allclose(ours(gain, wanted, k), theirs(measure @ k, gain, wanted), atol=1e-6)
    assert np.isnan(ours(gain, wanted, k)).sum() == (wanted == 0).sum() > 0
