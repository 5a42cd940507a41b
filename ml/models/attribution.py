"""What each feature adds to the log-odds of each head: integrated gradients.

From a pair whose every feature is average, and whose vectors are at right angles, straight to the
pair that is explained, the gradient is added up (Sundararajan et al., ICML 2017). What the features
add is then the difference of the log-odds, but for the error of adding up at some points only,
which is part of the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import torch
from numpy.typing import NDArray

from ml.features import NAMES as FEATURES
from ml.models.heavy_ranker import CLAMP, TOWER, HeavyRanker

NEARNESS: Final = "nearness"  # of the two vectors, as the ranker projects them
INPUTS: Final = (*FEATURES, NEARNESS)
METHOD: Final = "integrated gradients from the average, at 64 points (Gauss-Legendre)"
POINTS: Final = 64

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Parts:
    """Of one pair, for each of `OUTPUTS`."""

    mean: Floats  # (features,) of training
    spread: Floats
    log_odds: Floats  # (heads,)
    at_average: Floats  # (heads,) the log-odds of the pair that all features are measured from
    added: Floats  # (heads, inputs) by each of `INPUTS`

    @property
    def error(self) -> Floats:
        """(heads,) by which what is added misses the difference."""
        missed: Floats = self.log_odds - self.at_average - self.added.sum(axis=1)
        return missed


@dataclass(frozen=True, slots=True)
class Attribution:
    """The trained ranker in double precision, with its gradient."""

    mean: Floats  # (features,)
    spread: Floats
    viewer: Floats  # (PROJECTION, DIM)
    tweet: Floats
    layers: tuple[tuple[Floats, Floats], ...]  # weight (outputs, inputs) and bias of each
    heads: Floats  # (heads, TOWER)
    wide: tuple[Floats, Floats]  # (heads, inputs) log-odds per input, and (heads,) without
    similarity: tuple[float, float]  # log-odds per nearness, and without

    @classmethod
    def of(cls, ranker: HeavyRanker) -> Self:
        """The log-odds are those after calibration."""
        scale, shift = _double(ranker.scale), _double(ranker.shift)
        per_nearness, at_0 = (
            _double(ranker.similarity.weight)[0, 0],
            _double(ranker.similarity.bias)[0],
        )
        return cls(
            mean=_double(ranker.mean),
            spread=_double(ranker.spread),
            viewer=_double(ranker.viewer.weight),
            tweet=_double(ranker.tweet.weight),
            layers=tuple(
                (_double(layer.weight), _double(layer.bias))
                for layer in (*ranker.shared, ranker.towers)
                if isinstance(layer, torch.nn.Linear)
            ),
            heads=_double(ranker.heads) * scale[:-1, np.newaxis],
            wide=(
                _double(ranker.wide.weight) * scale[:-1, np.newaxis],
                _double(ranker.wide.bias) * scale[:-1] + shift[:-1],
            ),
            similarity=(
                float(per_nearness * scale[-1]),
                float(at_0 * scale[-1] + shift[-1]),
            ),
        )

    def parts(
        self,
        features: NDArray[np.float32],
        viewer: NDArray[np.float32],
        tweet: NDArray[np.float32],
    ) -> Parts:
        """Of one pair.

        Args:
            features: (features,)
            viewer: (DIM,) of the two towers.
            tweet: (DIM,) likewise.
        """
        nearness = (self.viewer @ viewer.astype(np.float64)) @ (self.tweet @ tweet)
        z = np.clip((features - self.mean) / self.spread, -CLAMP, CLAMP)
        x: Floats = np.append(z, nearness)
        point, weight = np.polynomial.legendre.leggauss(POINTS)
        on_the_way = (point[:, np.newaxis] + 1) / 2 * x
        gradient = np.einsum("p,phi->hi", weight / 2, self._gradient(on_the_way))
        ends = self._log_odds(np.stack([x, np.zeros_like(x)]))
        return Parts(self.mean, self.spread, ends[0], ends[1], gradient * x)

    def _log_odds(self, x: Floats) -> Floats:
        """(points, heads + 1) of (points, inputs)."""
        h = x
        for weight, bias in self.layers:
            h = _silu(h @ weight.T + bias)
        towers = h.reshape(len(x), -1, TOWER)
        weight, bias = self.wide
        per_nearness, at_0 = self.similarity
        by_heads = x @ weight.T + bias + (towers * self.heads).sum(axis=-1)
        return np.column_stack([by_heads, x[:, -1] * per_nearness + at_0])

    def _gradient(self, x: Floats) -> Floats:
        """(points, heads + 1, inputs) of the log-odds."""
        h, slopes = x, []
        for weight, bias in self.layers:
            before = h @ weight.T + bias
            slopes.append(_slope(before))
            h = _silu(before)
        heads = len(self.heads)
        towers = np.zeros((heads, heads * TOWER))
        for head in range(heads):
            towers[head, head * TOWER : (head + 1) * TOWER] = self.heads[head]
        back = np.broadcast_to(towers, (len(x), *towers.shape))
        for (weight, _), slope in zip(self.layers[::-1], slopes[::-1], strict=True):
            back = (back * slope[:, np.newaxis]) @ weight
        of_similarity = np.zeros((len(x), 1, x.shape[1]))
        of_similarity[..., -1] = self.similarity[0]
        return np.concatenate([back + self.wide[0], of_similarity], axis=1)


def _silu(x: Floats) -> Floats:
    y: Floats = x / (1 + np.exp(-x))
    return y


def _slope(x: Floats) -> Floats:
    """The derivative of `_silu`."""
    s = 1 / (1 + np.exp(-x))
    y: Floats = s * (1 + x * (1 - s))
    return y


def _double(weights: torch.Tensor) -> Floats:
    given: Floats = weights.detach().numpy().astype(np.float64)
    return given
