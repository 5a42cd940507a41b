"""A score that decides: AUC, the area under precision and recall, precision at a given recall.

scikit-learn says what these are, and a test holds them to it; here one sort serves all of them and
every redrawn set of weights, which makes an interval cost seconds in place of minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evaluation.metrics.resample import Numbers, Values, Weights, over

CHUNK: Final = 16  # rows of weights looked at together


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Labels in the order of their scores, highest first; equal scores fall together."""

    label: Numbers
    order: NDArray[np.intp]
    starts: NDArray[np.intp]  # where in `order` each distinct score begins

    @classmethod
    def of(cls, label: Numbers, score: Numbers) -> Thresholds:
        order = np.argsort(-score, kind="stable")
        ordered = score[order]
        starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]][: len(ordered)])
        return cls(label[order].astype(np.float64), order, starts)

    def auc(self, weights: Weights) -> Values:
        """The chance that a positive stands above a negative, ties counting half; NaN where one
        class is empty."""
        return self._each(weights, _auc)

    def average_precision(self, weights: Weights) -> Values:
        """Precision at each positive, averaged; NaN where there is none."""
        return self._each(weights, _average_precision)

    def precision_at_recall(self, weights: Weights, least: float) -> Values:
        """The best precision of a threshold that finds that share of the positives."""
        return self._each(weights, partial(_precision_at_recall, least=least))

    def _each(self, weights: Weights, of: Callable[[Weights, Weights], Values]) -> Values:
        if not len(self.order):
            return np.full(len(weights), np.nan)
        return np.concatenate([of(*parts) for parts in self._positive_and_negative(weights)])

    def _positive_and_negative(self, weights: Weights) -> Iterator[tuple[Weights, Weights]]:
        """The weight of both classes at each threshold; (rows of weights, thresholds)."""
        for start in range(0, len(weights), CHUNK):
            ordered = weights[start : start + CHUNK][:, self.order]
            positive = np.add.reduceat(ordered * self.label, self.starts, axis=1)
            yield positive, np.add.reduceat(ordered, self.starts, axis=1) - positive


def _auc(positive: Weights, negative: Weights) -> Values:
    below = negative.sum(axis=1, keepdims=True) - np.cumsum(negative, axis=1)
    area = (positive * (below + negative / 2)).sum(axis=1)
    return over(area, positive.sum(axis=1) * negative.sum(axis=1))


def _average_precision(positive: Weights, negative: Weights) -> Values:
    found = np.cumsum(positive, axis=1)
    precision = _precision(found, np.cumsum(negative, axis=1))
    return over((positive * precision).sum(axis=1), found[:, -1])


def _precision_at_recall(positive: Weights, negative: Weights, least: float) -> Values:
    found = np.cumsum(positive, axis=1)
    total = found[:, -1:]
    precision = _precision(found, np.cumsum(negative, axis=1))
    enough = np.where(found >= least * total - 1e-9 * total, precision, 0).max(axis=1)
    return np.where(total[:, 0] > 0, enough, np.nan)


def _precision(found: Weights, mistaken: Weights) -> Weights:
    shown = found + mistaken
    return np.where(shown > 0, found / np.where(shown > 0, shown, 1), 0)
