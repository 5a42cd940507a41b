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
from ml.kernels import dot_kernel, fused_kernel, kernel
from ml.models.activation import sigmoid, silu
from ml.models.heavy_ranker import CLAMP, SHARED, TOWER, HeavyRanker
from ml.models.layer import Floats, Layer

Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class RankerInference:
    """`HeavyRanker` for serving."""

    mean: Floats  # (features,)
    spread: Floats
    nearness: Floats  # (DIM, DIM): what the projections make of a viewer and a tweet
    first: Layer  # what reads the inputs: the shared tower, then the log-odds of the wide part
    second: Layer
    towers: Layer  # of all heads
    heads: Floats  # (heads, TOWER): log-odds per output of its tower
    similarity: tuple[float, float]  # log-odds of the embedding head per nearness, and without

    @classmethod
    def of(cls, ranker: HeavyRanker) -> Self:
        similarity, scale = ranker.similarity, ranker.scale[:-1]
        first, second = (one for one in ranker.shared if isinstance(one, torch.nn.Linear))
        with torch.no_grad():
            wide = torch.nn.Linear(*ranker.wide.weight.T.shape)
            wide.weight.copy_(ranker.wide.weight * scale[:, None])
            wide.bias.copy_(ranker.wide.bias * scale + ranker.shift[:-1])
            return cls(
                mean=ranker.mean.numpy(),
                spread=ranker.spread.numpy(),
                nearness=(ranker.viewer.weight.T @ ranker.tweet.weight).numpy(),
                first=Layer.of(first).beside(Layer.of(wide)),
                second=Layer.of(second),
                towers=Layer.of(ranker.towers),
                heads=(ranker.heads * scale[:, None]).numpy(),
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
        x = np.empty((len(features), len(self.mean) + 1), np.float32)
        nearness = _nearness(viewer @ self.nearness, which, vectors, tweet)
        _write_inputs(x, features, self.mean, self.spread, nearness)
        first: Floats = x @ self.first.weight
        _activate(first, self.first.bias, SHARED[0])
        second: Floats = first[:, : SHARED[0]] @ self.second.weight
        _activate(second, self.second.bias, SHARED[1])
        towers: Floats = second @ self.towers.weight
        p = np.empty((len(self.heads) + 1, len(x)), np.float32)
        _write_probabilities(
            p, x, first, self.first.bias, towers, self.towers.bias, self.heads, *self.similarity
        )
        return p.T


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
    nearness: Floats,
) -> None:
    """Write what the first layer reads, (pairs, features + 1): the nearness of a pair is last."""
    for i in range(len(features)):
        for j in range(len(mean)):
            value = (features[i, j] - mean[j]) / spread[j]
            x[i, j] = min(max(value, -CLAMP), CLAMP)
        x[i, -1] = nearness[i]


@fused_kernel
def _activate(x: Floats, bias: Floats, columns: int) -> None:
    """SiLU of the first columns plus their bias, in place."""
    for i in range(len(x)):
        for j in range(columns):
            x[i, j] = silu(x[i, j] + bias[j])


@dot_kernel
def _write_probabilities(
    p: Floats,
    inputs: Floats,
    first: Floats,
    first_bias: Floats,
    towers: Floats,
    towers_bias: Floats,
    heads: Floats,
    per_nearness: float,
    at_0: float,
) -> None:
    """Write the (heads + 1, pairs) of the towers of all heads, (pairs, heads * TOWER), on top of
    the wide part, which is the last of what reads the inputs."""
    _activate(towers, towers_bias, towers.shape[1])
    wide = first.shape[1] - len(heads)
    for i in range(len(towers)):
        for head in range(len(heads)):
            total = first[i, wide + head] + first_bias[wide + head]
            for j in range(TOWER):
                total += heads[head, j] * towers[i, head * TOWER + j]
            p[head, i] = total
        p[-1, i] = inputs[i, -1] * per_nearness + at_0
    _to_probabilities(p)


@fused_kernel
def _to_probabilities(log_odds: Floats) -> None:
    for i in range(len(log_odds)):
        for j in range(log_odds.shape[1]):
            log_odds[i, j] = sigmoid(log_odds[i, j])
