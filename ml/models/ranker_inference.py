"""The heavy ranker as it serves: the same numbers as its module, in a fifth of the time.

The module is what is trained. For a few hundred rows torch spends most of its time between the
products of matrices; here nothing is left but those, with all that is constant multiplied out. The
probe of a bundle holds both to the same probabilities.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import torch

from ml.embeddings.encoder import Vectors
from ml.kernels import kernel
from ml.models.heavy_ranker import CLAMP, HeavyRanker
from ml.models.layer import Floats, Layer

HIGHEST = 60.0  # log-odds; more is no more certain


@dataclass(frozen=True, slots=True)
class RankerInference:
    """`HeavyRanker` for serving."""

    mean: Floats  # (features,)
    spread: Floats
    nearness: Floats  # (DIM, DIM): what the projections make of a viewer and a tweet
    hidden: tuple[Layer, ...]  # their outputs are halved, as `_silu` wants them
    heads: Layer  # log-odds of the heads
    similarity: tuple[float, float]  # log-odds of the embedding head per nearness, and without

    @classmethod
    def of(cls, ranker: HeavyRanker) -> Self:
        scale, shift = ranker.scale.numpy(), ranker.shift.numpy()
        of_heads = ranker.heads.detach().numpy()  # (heads, TOWER)
        heads, width = of_heads.shape
        apart = np.zeros((heads, width, heads), np.float32)  # each head reads its own tower
        apart[np.arange(heads), :, np.arange(heads)] = of_heads * scale[:-1, None]
        similarity = ranker.similarity
        with torch.no_grad():
            return cls(
                mean=ranker.mean.numpy(),
                spread=ranker.spread.numpy(),
                nearness=(ranker.viewer.weight.T @ ranker.tweet.weight).numpy(),
                hidden=tuple(
                    Layer.of(layer, 0.5)
                    for layer in (*ranker.shared, ranker.towers)
                    if isinstance(layer, torch.nn.Linear)
                ),
                heads=Layer(
                    apart.reshape(heads * width, heads),
                    ranker.bias.numpy() * scale[:-1] + shift[:-1],
                ),
                similarity=(
                    float(similarity.weight[0, 0] * ranker.scale[-1]),
                    float(similarity.bias[0] * ranker.scale[-1] + ranker.shift[-1]),
                ),
            )

    def probabilities(self, features: Floats, viewer: Vectors, tweet: Vectors) -> Floats:
        """(pairs, heads + 1) calibrated probabilities.

        Args:
            features: (pairs, features)
            viewer: (pairs, DIM), or (1, DIM) where all pairs share the viewer.
            tweet: (pairs, DIM)
        """
        nearness = _rows_dot(tweet, viewer @ self.nearness)
        x = _inputs(features, self.mean, self.spread, nearness)
        for layer in self.hidden:
            x = _silu(layer(x))
        log_odds = np.empty((len(x), len(self.heads.bias) + 1), np.float32)
        log_odds[:, :-1] = self.heads(x)
        log_odds[:, -1] = nearness * self.similarity[0] + self.similarity[1]
        return _sigmoid(log_odds)


@kernel
def _inputs(features: Floats, mean: Floats, spread: Floats, nearness: Floats) -> Floats:
    """(pairs, features + 1) what the first layer reads."""
    x = np.empty((len(features), len(mean) + 1), np.float32)
    for i in range(len(features)):
        for j in range(len(mean)):
            value = (features[i, j] - mean[j]) / spread[j]
            x[i, j] = min(max(value, -CLAMP), CLAMP)
        x[i, -1] = nearness[i]
    return x


def _rows_dot(tweet: Vectors, viewer: Vectors) -> Floats:
    """(pairs,) the dot product of each row with the same row, or with the only one."""
    alone = len(viewer) == 1
    dot: Floats = tweet @ viewer[0] if alone else np.einsum("ij,ij->i", tweet, viewer)
    return dot


def _silu(half: Floats) -> Floats:
    """x / (1 + exp(-x)), of x / 2."""
    y: Floats = np.tanh(half)
    y *= half
    y += half
    return y


def _sigmoid(log_odds: Floats) -> Floats:
    """1 / (1 + exp(-x)); it may overwrite what it is given."""
    y: Floats = np.clip(log_odds, -HIGHEST, HIGHEST, out=log_odds)
    np.negative(y, out=y)
    np.exp(y, out=y)
    y += 1
    np.reciprocal(y, out=y)
    return y
