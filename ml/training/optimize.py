"""The optimisers of the models: learning rates and batches, and the loops."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn

from ml.progress import progress


@dataclass(frozen=True, slots=True)
class Optimizer:
    """AdamW with a one-cycle learning rate (Smith and Topin, 2018)."""

    epochs: int  # at most
    most_rows: int  # that are learned from in all epochs; where there are more, not all are
    batch: int  # rows
    learning_rate: float  # the highest
    weight_decay: float


TWO_TOWER: Final = Optimizer(12, 320_000, batch=512, learning_rate=2e-3, weight_decay=1e-4)
TWO_TOWER_AGAIN: Final = Optimizer(2, 160_000, batch=512, learning_rate=5e-4, weight_decay=1e-4)
HEAVY_RANKER: Final = Optimizer(3, 2_000_000, batch=1024, learning_rate=2e-3, weight_decay=1e-3)


def fit(
    name: str,
    model: nn.Module,
    rows: int,
    loss_of: Callable[[Tensor], Tensor],
    optimizer: Optimizer,
    seed: int,
) -> float:
    """Minimise a loss over shuffled batches of rows.

    Args:
        name: of the model, for the progress.
        rows: how many there are to learn from.
        loss_of: the loss of the rows at these positions.

    Returns:
        The mean loss of the last epoch.
    """
    generator = torch.Generator().manual_seed(seed)
    rate, most = optimizer.learning_rate, optimizer.most_rows
    epochs = max(min(optimizer.epochs, most // rows), 1)
    optimiser = torch.optim.AdamW(
        model.parameters(), lr=rate, weight_decay=optimizer.weight_decay, fused=True
    )
    batch = min(optimizer.batch, rows)
    steps = -(-min(rows, most) // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, max_lr=rate, total_steps=max(epochs * steps, 2), pct_start=0.15
    )
    model.train()
    mean = float("nan")
    with progress(epochs * steps, name, "batches") as shown:
        for _ in range(epochs):
            order = torch.randperm(rows, generator=generator)
            total = 0.0
            for step in range(steps):
                optimiser.zero_grad(set_to_none=True)
                loss = loss_of(order[step * batch : (step + 1) * batch])
                torch.autograd.backward(loss)
                optimiser.step()
                schedule.step()
                total += loss.item()
                shown.update()
            mean = total / steps
            shown.set_postfix_str(f"loss {mean:.4f}")
    model.eval()
    return mean


def minimise(
    parameters: list[Tensor], loss_of: Callable[[], Tensor], iterations: int, tolerance: float
) -> None:
    """Minimise a smooth loss over all rows at once, in place (L-BFGS).

    Args:
        parameters: what the loss depends on, with gradients.
        iterations: at most.
        tolerance: of the greatest gradient, at which it ends.
    """
    optimiser = torch.optim.LBFGS(
        parameters,
        max_iter=iterations,
        line_search_fn="strong_wolfe",
        tolerance_grad=tolerance,
    )

    def closure() -> Tensor:
        optimiser.zero_grad()
        loss = loss_of()
        torch.autograd.backward(loss)
        return loss

    # torch has no types for a step that evaluates the loss itself.
    optimiser.step(closure)  # type: ignore[no-untyped-call]
