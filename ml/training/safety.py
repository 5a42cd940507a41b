"""Fitting a safety model on the tweets that somebody labelled."""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from ml.models.safety import Safety
from ml.training.loop import fit

AT_LEAST: Final = 20  # examples of each kind; with fewer there is no model
EPOCHS: Final = 30
BATCH: Final = 256
RATE: Final = 5e-3


def train(
    name: str, metadata: NDArray[np.float32], label: NDArray[np.float32], seed: int
) -> Safety | None:
    """Fit on rows whose label is known; None where there is too little to learn from."""
    known = ~np.isnan(label)
    metadata, label = metadata[known], label[known]
    if min(label.sum(), (1 - label).sum()) < AT_LEAST:
        return None
    torch.manual_seed(seed)
    model = Safety()
    x, y = torch.from_numpy(metadata), torch.from_numpy(label)
    model.mean, model.spread = x.mean(0), x.std(0).clamp(min=1e-3)

    def loss_of(positions: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.binary_cross_entropy_with_logits(
            model(x[positions]), y[positions]
        )

    fit(name, model, len(y), loss_of, epochs=EPOCHS, batch=BATCH, rate=RATE, decay=1e-3, seed=seed)
    return model
