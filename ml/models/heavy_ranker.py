"""The heavy ranker: how likely is each action, if this viewer sees this tweet?"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn

from ml.features import NAMES as FEATURES
from ml.heads import NAMES as HEADS
from ml.models.two_tower import DIM

SHARED: Final = (64, 32)
TOWER: Final = 16
PROJECTION: Final = 32
DROPOUT: Final = 0.1
CLAMP: Final = 5.0
OUTPUTS: Final = (*HEADS, "similarity")


class HeavyRanker(nn.Module):
    """A regression on the features, and what a shared tower and a small one per head add to it
    (wide & deep; Cheng et al., 2016); log-odds of shape (pairs, heads + 1).

    The last output is the embedding head: the dot product of the ranker's own projections of
    the two-tower vectors, trained to predict engagement by itself and an input of the
    shared tower.
    Where a tweet stood on the page explains part of the labels: position is a bias per head in
    training, and its average when serving.
    """

    mean: Tensor
    spread: Tensor
    scale: Tensor
    shift: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(len(FEATURES)))
        self.register_buffer("spread", torch.ones(len(FEATURES)))
        self.register_buffer("scale", torch.ones(len(OUTPUTS)))  # calibration, per head
        self.register_buffer("shift", torch.zeros(len(OUTPUTS)))
        self.viewer = nn.Linear(DIM, PROJECTION, bias=False)
        self.tweet = nn.Linear(DIM, PROJECTION, bias=False)
        self.similarity = nn.Linear(1, 1)
        self.shared = nn.Sequential(
            nn.Linear(len(FEATURES) + 1, SHARED[0]),
            nn.SiLU(),
            nn.Dropout(DROPOUT),
            nn.Linear(SHARED[0], SHARED[1]),
            nn.SiLU(),
            nn.Dropout(DROPOUT),
        )
        self.towers = nn.Linear(SHARED[1], len(HEADS) * TOWER)
        self.heads = nn.Parameter(torch.zeros(len(HEADS), TOWER))
        self.wide = nn.Linear(len(FEATURES) + 1, len(HEADS))
        self.position = nn.Parameter(torch.zeros(len(OUTPUTS)))

    def forward(
        self, features: Tensor, viewer: Tensor, tweet: Tensor, position: Tensor | None = None
    ) -> Tensor:
        """(pairs, features), (pairs, DIM) twice, and in training (pairs,) centred log position."""
        x = self.inputs(features, viewer, tweet)
        h = self.shared(x)  # (pairs, SHARED[-1])
        towers = nn.functional.silu(self.towers(h)).view(-1, len(HEADS), TOWER)
        deep = (towers * self.heads).sum(-1)
        logits = torch.cat([self.wide(x) + deep, self.similarity(x[:, -1:])], -1)
        if position is not None:
            logits = logits + position[:, None] * self.position
        return logits

    def inputs(self, features: Tensor, viewer: Tensor, tweet: Tensor) -> Tensor:
        """(pairs, features + 1): standardised features, and the dot product of the projections."""
        x = ((features - self.mean) / self.spread).clamp(-CLAMP, CLAMP)
        dot = (self.viewer(viewer) * self.tweet(tweet)).sum(dim=-1, keepdim=True)
        return torch.cat([x, dot], dim=-1)

    def probabilities(self, features: Tensor, viewer: Tensor, tweet: Tensor) -> Tensor:
        """(pairs, heads + 1) calibrated probabilities."""
        return torch.sigmoid(self.forward(features, viewer, tweet) * self.scale + self.shift)
