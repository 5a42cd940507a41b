"""Calibration of probabilities (Platt, 1999), on later rows than those of training."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from ml.bundle.manifest import HeadCard
from ml.heads import NAMES as HEADS
from ml.models.heavy_ranker import HeavyRanker
from ml.training.heavy_ranker import log_odds as log_odds_of
from ml.training.heavy_ranker import with_similarity
from ml.training.training_data import TrainingData

AT_LEAST: Final = 30  # positives; with fewer only the mean is matched


def heads(
    ranker: HeavyRanker, training_data: TrainingData, trained: NDArray[np.bool_]
) -> dict[str, HeadCard]:
    """Calibrate the heads of the ranker, and measure them on the same rows."""
    rows = training_data.calibrate
    label = with_similarity(rows.label)
    log_odds = log_odds_of(ranker, rows)
    cards: dict[str, HeadCard] = {}
    for column, name in enumerate([*HEADS, "similarity"]):
        if column < len(HEADS) and not trained[column]:
            continue
        scale, shift = platt(log_odds[:, column], label[:, column], rows.weight)
        ranker.scale[column], ranker.shift[column] = scale, shift
        scale, shift = float(ranker.scale[column]), float(ranker.shift[column])  # as it serves
        if column < len(HEADS):
            p = 1 / (1 + np.exp(-(log_odds[:, column].astype(np.float64) * scale + shift)))
            cards[name] = HeadCard(
                mean=float(np.average(p, weights=rows.weight)),
                positives=int(training_data.train.label[:, column].sum()),
                metrics={
                    "auc": float(roc_auc_score(label[:, column], p, sample_weight=rows.weight))
                },
            )
    return cards


def platt(
    log_odds: NDArray[np.float32], label: NDArray[np.float32], weight: NDArray[np.float32]
) -> tuple[float, float]:
    """Scale and shift for the log-odds of one head that best explain the weighted labels."""
    positives = float(label.sum())
    if min(positives, len(label) - positives) < AT_LEAST:
        return 1.0, _shift(log_odds, label, weight)
    model = LogisticRegression(C=1e6).fit(
        log_odds[:, None].astype(np.float64), label > 0, sample_weight=weight
    )
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def _shift(
    log_odds: NDArray[np.float32], label: NDArray[np.float32], weight: NDArray[np.float32]
) -> float:
    """The shift that makes the mean prediction the mean label, by bisection."""
    wanted = float(np.average(label, weights=weight))
    if not 0 < wanted < 1:
        return 0.0
    low, high = -20.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        mean = float(np.average(1 / (1 + np.exp(-(log_odds + middle))), weights=weight))
        low, high = (middle, high) if mean < wanted else (low, middle)
    return (low + high) / 2
