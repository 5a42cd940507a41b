"""Fits the listwise stage: a softmax over what each viewer could have chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ml.evidence.columns import NAMES, Evidence
from ml.models.listwise import Floats, Listwise
from ml.training.optimize import minimise

RIDGES: Final = (3.0, 30.0, 300.0)  # on standardised weights, of all visits together
FOLDS: Final = 4
FEWEST: Final = 60  # visits with a choice; with fewer the order of the heads stands
ITERATIONS: Final = 100
PAGE: Final = 10  # rows, of which the average has the value 1


@dataclass(frozen=True, slots=True)
class Choice:
    """One visit: the evidence for each row of the pool, and which of them were chosen."""

    viewer: int
    evidence: Floats  # (rows, columns)
    chosen: Floats  # (rows,) 1 or 0


@dataclass(frozen=True, slots=True)
class Fitted:
    """The stage, and what it explains of visits that it was not fitted on."""

    model: Listwise
    ridge: float
    loss: float  # nats per choice, out of fold
    visits: int


def fit(choices: Sequence[Choice], evidence: Evidence) -> Fitted | None:
    """Weights for columns of evidence; None where there is too little to learn from.

    Every viewer counts the same. The ridge is the one that predicts the choices of other viewers
    best.
    """
    choices = [choice for choice in choices if 0 < choice.chosen.sum() < len(choice.chosen)]
    if len(choices) < FEWEST:
        return None
    fold = np.array([choice.viewer % FOLDS for choice in choices])
    rows = _Rows.of(choices)
    losses = {ridge: _loss_of_others(rows, fold, ridge) for ridge in RIDGES}
    ridge = min(losses, key=lambda one: losses[one])
    weight, mean = _weights(rows, ridge)
    spans = evidence.popularity.spans
    model = Listwise(NAMES, 0.0, weight, mean, spans, evidence.median_age)
    pages = [np.sort(model.log_value(choice.evidence))[::-1][:PAGE] for choice in choices]
    offset = -float(np.log(np.mean([np.exp(page.astype(np.float64)).mean() for page in pages])))
    return Fitted(replace(model, offset=offset), ridge, losses[ridge], len(choices))


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of all visits, one after another."""

    evidence: Floats
    chosen: Tensor
    visit: NDArray[np.int64]  # of each row
    weight: NDArray[np.float32]  # of each visit

    @classmethod
    def of(cls, choices: Sequence[Choice]) -> _Rows:
        viewer = np.array([choice.viewer for choice in choices])
        _, which, visits = np.unique(viewer, return_inverse=True, return_counts=True)
        return cls(
            np.concatenate([choice.evidence for choice in choices]),
            torch.from_numpy(np.concatenate([choice.chosen for choice in choices])),
            np.repeat(np.arange(len(choices)), [len(choice.chosen) for choice in choices]),
            (1 / visits[which]).astype(np.float32),
        )

    def some(self, visits: NDArray[np.bool_]) -> _Rows:
        """The rows of these visits, which are numbered anew."""
        kept = visits[self.visit]
        number = np.cumsum(visits) - 1
        return _Rows(
            self.evidence[kept],
            self.chosen[torch.from_numpy(kept)],
            number[self.visit[kept]],
            self.weight[visits],
        )

    def loss(self, score: Tensor) -> Tensor:
        """The mean over viewers of the nats per choice."""
        visits, visit = len(self.weight), torch.from_numpy(self.visit)
        most = torch.full((visits,), -torch.inf).scatter_reduce(0, visit, score.detach(), "amax")
        total = torch.zeros(visits).index_add(0, visit, torch.exp(score - most[visit]))
        nats = (torch.log(total) + most)[visit] - score
        chosen = torch.zeros(visits).index_add(0, visit, self.chosen)
        each = torch.zeros(visits).index_add(0, visit, nats * self.chosen) / chosen
        weight = torch.from_numpy(self.weight)
        return (each * weight).sum() / weight.sum()


def _loss_of_others(rows: _Rows, fold: NDArray[np.int64], ridge: float) -> float:
    """The mean loss of each fold by the weights of the others."""
    losses = []
    for one in range(FOLDS):
        if not (fold == one).any():
            continue
        weight, mean = _weights(rows.some(fold != one), ridge)
        left_out = rows.some(fold == one)
        score = torch.from_numpy((left_out.evidence - mean) @ weight)
        losses.append(float(left_out.loss(score)))
    return float(np.mean(losses))


def _weights(rows: _Rows, ridge: float) -> tuple[Floats, Floats]:
    """(columns,) weights, and the means of the columns."""
    mean = rows.evidence.mean(axis=0)
    spread = rows.evidence.std(axis=0)
    spread[spread < 1e-6] = np.inf  # what never varies says nothing
    x = torch.from_numpy((rows.evidence - mean) / spread)
    weight = torch.zeros(x.shape[1], requires_grad=True)

    def loss() -> Tensor:
        penalty = ridge / len(rows.weight) * (weight**2).sum()
        return rows.loss(x @ weight) + penalty

    minimise([weight], loss, ITERATIONS, tolerance=1e-5)
    return (weight.detach().numpy() / spread).astype(np.float32), mean.astype(np.float32)
