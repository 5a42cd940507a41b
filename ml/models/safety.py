"""Is it safe to show? A small network over the ten numbers on the outside of a tweet."""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ml.state.metadata import NAMES

HIDDEN: Final = (32, 16)


class Safety(nn.Module):
    """Three layers; (tweets, 10) to (tweets,) log-odds. One instance for NSFW, one for toxicity."""

    mean: Tensor
    spread: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(len(NAMES)))
        self.register_buffer("spread", torch.ones(len(NAMES)))
        self.layers = nn.Sequential(
            nn.Linear(len(NAMES), HIDDEN[0]),
            nn.ReLU(),
            nn.Linear(HIDDEN[0], HIDDEN[1]),
            nn.ReLU(),
            nn.Linear(HIDDEN[1], 1),
        )

    def forward(self, metadata: Tensor) -> Tensor:
        log_odds: Tensor = self.layers((metadata - self.mean) / self.spread).squeeze(-1)
        return log_odds


def probability(model: Safety | None, metadata: NDArray[np.float32]) -> NDArray[np.float32]:
    """(tweets,) probabilities; NaN where there is no model."""
    if model is None:
        return np.full(len(metadata), np.nan, np.float32)
    scores: NDArray[np.float32] = torch.sigmoid(model(torch.from_numpy(metadata))).numpy()
    return scores
