"""Each head beside popularity, logistic regression and the oracle, on what training never saw."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np

from evaluation.metrics.calibration import (
    Reliability,
    calibration_error,
    calibration_ratio,
    rce,
    reliability,
)
from evaluation.metrics.resample import Figure, Numbers, Weights, resample
from evaluation.metrics.thresholds import Thresholds
from evaluation.offline.held_out import HeldOut
from ml.heads import HEADS

REPEATS: Final = 100
IPS: Final = "_ips"  # the same, every impression weighted by the inverse of its propensity
NO_PROBABILITY: Final = ("popularity",)  # it ranks, and that is all


@dataclass(frozen=True, slots=True)
class HeadReport:
    """How well everybody knows one head."""

    name: str
    impressions: int
    positives: int
    base_rate: float
    figures: dict[str, dict[str, Figure]]  # by whom, then by metric
    reliability: Reliability

    @property
    def share_of_oracle(self) -> Figure | None:
        """How far the model's AUC is on the way from chance to the oracle's."""
        if "oracle" not in self.figures:
            return None
        chance = Figure(np.full(REPEATS + 1, 0.5))
        oracle = self.figures["oracle"]["auc"]
        return self.figures["model"]["auc"].share_of_way(chance, oracle)


def report(held_out: HeldOut) -> Iterator[HeadReport]:
    """One report per trained head that has both a positive and a negative to be tested on."""
    examples = held_out.examples
    users, row_of = np.unique(examples.viewer, return_inverse=True)
    weights = resample(len(users), repeats=REPEATS)[:, row_of]
    weightings = {"": weights}
    if held_out.inverse_propensity is not None:
        weightings[IPS] = weights * held_out.inverse_propensity
    for column, head in enumerate(HEADS):
        label = examples.label[:, column].astype(np.float64)
        if head.name not in held_out.scores["model"] or not 0 < label.mean() < 1:
            continue
        figures: dict[str, dict[str, Figure]] = defaultdict(dict)
        for (name, scores), (suffix, w) in product(held_out.scores.items(), weightings.items()):
            if head.name in scores:
                is_chance = name not in NO_PROBABILITY
                figures[name] |= _figures(label, scores[head.name], w, suffix, is_chance)
        p = held_out.scores["model"][head.name]
        yield HeadReport(
            name=head.name,
            impressions=len(label),
            positives=int(label.sum()),
            base_rate=float(label.mean()),
            figures=figures,
            reliability=reliability(label, p, weights),
        )


def _figures(
    label: Numbers, score: Numbers, weights: Weights, suffix: str, is_chance: bool
) -> dict[str, Figure]:
    ranked = Thresholds.of(label, score)
    draws = {"auc": ranked.auc(weights), "pr_auc": ranked.average_precision(weights)}
    if is_chance:
        draws["rce"] = rce(label, score, weights)
        draws["calibration_error"] = calibration_error(label, score, weights)
        draws["calibration_ratio"] = calibration_ratio(label, score, weights)
    return {f"{name}{suffix}": Figure(values) for name, values in draws.items()}
