"""Logistic regressions of many labels at once: exact, where an optimiser of batches is not."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

from ml.training.optimize import minimise

RIDGE: Final = 1e-4  # of the mean loss per squared weight; inputs are of about unit spread
ITERATIONS: Final = 60


def logistic(x: Tensor, label: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """Minimise the weighted cross-entropy of all labels (L-BFGS).

    Args:
        x: (rows, inputs)
        label: (rows, labels), 1 or 0.
        weight: (rows,)

    Returns:
        (labels, inputs) log-odds per input, and (labels,) log-odds where all inputs are 0.
    """
    rate = (label * weight[:, None]).sum(0) / weight.sum()
    bias = torch.logit(rate.clamp(1e-5, 1 - 1e-5)).requires_grad_()
    slope = torch.zeros(label.shape[1], x.shape[1], requires_grad=True)

    def loss() -> Tensor:
        entropy = torch.nn.functional.binary_cross_entropy_with_logits(
            x @ slope.T + bias, label, weight=weight[:, None], reduction="none"
        )
        total: Tensor = entropy.mean(0).sum() + RIDGE / 2 * (slope**2).sum()
        return total

    minimise([slope, bias], loss, ITERATIONS, tolerance=1e-6)
    return slope.detach(), bias.detach()
