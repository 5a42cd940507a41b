"""The optimisation loop of every model: AdamW on shuffled batches."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from ml.progress import progress


def fit(
    name: str,
    model: nn.Module,
    rows: int,
    loss_of: Callable[[Tensor], Tensor],
    *,
    epochs: int,
    batch: int,
    rate: float,
    decay: float = 0.0,
    seed: int,
    drop_last: bool = False,
) -> float:
    """Minimise `loss_of(positions)` over shuffled batches of `rows` positions with AdamW and a
    one-cycle learning rate; the mean loss of the last epoch."""
    generator = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=decay)
    batch = min(batch, rows)
    steps = rows // batch if drop_last else -(-rows // batch)
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
