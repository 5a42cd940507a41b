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
from numpy.typing import NDArray

from ml.arrays import Rows
from ml.embeddings.encoder import Vectors
from ml.kernels import dot_kernel, kernel
from ml.models.heavy_ranker import CLAMP, TOWER, HeavyRanker
from ml.models.layer import Floats, Layer

Places = NDArray[np.intp]
HIGHEST = np.float32(60)  # log-odds; more is no more certain


@dataclass(frozen=True, slots=True)
class RankerInference:
    """`HeavyRanker` for serving."""

    mean: Floats  # (features,)
    spread: Floats
    nearness: Floats  # (DIM, DIM): what the projections make of a viewer and a tweet
    hidden: tuple[Layer, ...]  # their outputs are halved, as `_silu` wants them
    heads: Floats  # (heads, TOWER): log-odds per output of its tower
    wide: Layer  # log-odds per input
    similarity: tuple[float, float]  # log-odds of the embedding head per nearness, and without

    @classmethod
    def of(cls, ranker: HeavyRanker) -> Self:
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
                heads=(ranker.heads * ranker.scale[:-1, None]).numpy(),
                wide=Layer(
                    np.ascontiguousarray((ranker.wide.weight * ranker.scale[:-1, None]).numpy().T),
                    (ranker.wide.bias * ranker.scale[:-1] + ranker.shift[:-1]).numpy(),
                ),
                similarity=(
                    float(similarity.weight[0, 0] * ranker.scale[-1]),
                    float(similarity.bias[0] * ranker.scale[-1] + ranker.shift[-1]),
                ),
            )

    def probabilities(
        self, features: Floats, viewer: Vectors, which: Places, vectors: Vectors, tweet: Rows
    ) -> Floats:
        """(pairs, heads + 1) calibrated probabilities.

        Args:
            features: (pairs, features)
            viewer: (viewers, DIM)
            which: (pairs,) the viewer of each pair, as a position in `viewer`.
            vectors: (tweets, DIM)
            tweet: (pairs,) the tweet of each pair, as a position in `vectors`.
        """
        inputs = np.empty((len(features), len(self.mean) + 1), np.float32)
        near_to = viewer @ self.nearness
        _write_inputs(inputs, features, self.mean, self.spread, near_to, which, vectors, tweet)
        x, wide = inputs, self.wide(inputs)
        for layer in self.hidden:
            x = _silu(x @ layer.weight, layer.bias)
        log_odds = np.empty((len(self.heads) + 1, len(x)), np.float32)
        _write_log_odds(log_odds, x, self.heads, wide, inputs, *self.similarity)
        return _sigmoid(log_odds).T


@dot_kernel
def _nearness(viewer: Vectors, which: Places, vectors: Vectors, tweet: Rows) -> Floats:
    """(pairs,) the dot products of some viewers with some tweets."""
    nearness = np.empty(len(tweet), np.float32)
    for i in range(len(tweet)):
        dot = np.float32(0)
        for j in range(viewer.shape[1]):
            dot += viewer[which[i], j] * vectors[tweet[i], j]
        nearness[i] = dot
    return nearness


@kernel
def _write_inputs(
    x: Floats,
    features: Floats,
    mean: Floats,
    spread: Floats,
    viewer: Vectors,
    which: Places,
    vectors: Vectors,
    tweet: Rows,
) -> None:
    """Write what the first layer reads, (pairs, features + 1): the nearness of a pair is last."""
    nearness = _nearness(viewer, which, vectors, tweet)
    for i in range(len(features)):
        for j in range(len(mean)):
            value = (features[i, j] - mean[j]) / spread[j]
            x[i, j] = min(max(value, -CLAMP), CLAMP)
        x[i, -1] = nearness[i]


def _silu(half: Floats, bias: Floats) -> Floats:
    """x / (1 + exp(-x)), of x / 2 less its bias; it overwrites what it is given."""
    _add(half, bias)
    _weigh(half, np.tanh(half))
    return half


@kernel
def _add(x: Floats, bias: Floats) -> None:
    for i in range(len(x)):
        for j in range(len(bias)):
            x[i, j] += bias[j]


@kernel
def _weigh(half: Floats, tanh: Floats) -> None:
    for i in range(len(half)):
        for j in range(half.shape[1]):
            half[i, j] += half[i, j] * tanh[i, j]


@dot_kernel
def _write_log_odds(
    log_odds: Floats,
    towers: Floats,
    heads: Floats,
    wide: Floats,
    inputs: Floats,
    per_nearness: float,
    at_0: float,
) -> None:
    """Write the (heads + 1, pairs) of the towers of all heads, (pairs, heads * TOWER), on top of
    `wide`, (pairs, heads); `HIGHEST` at most, either way."""
    for i in range(len(towers)):
        for head in range(len(heads)):
            total = wide[i, head]
            for j in range(TOWER):
                total += heads[head, j] * towers[i, head * TOWER + j]
            log_odds[head, i] = min(max(total, -HIGHEST), HIGHEST)
        total = np.float32(inputs[i, -1] * per_nearness + at_0)
        log_odds[-1, i] = min(max(total, -HIGHEST), HIGHEST)


def _sigmoid(log_odds: Floats) -> Floats:
    """1 / (1 + exp(-x)); it overwrites what it is given."""
    y: Floats = np.negative(log_odds, log_odds)
    np.exp(y, y)
    y += 1
    return np.reciprocal(y, y)
