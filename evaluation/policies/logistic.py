"""Logistic regression on the same features: what is the network worth beyond them?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from evaluation.offline.dataset import Dataset
from ml.bundle import Bundle
from ml.features import Pairs, matrix
from ml.heads import NAMES as HEADS
from ml.state.feature_state import FeatureState
from ml.training.featurise import featurise
from ml.training.heavy_ranker import RankerRows
from ml.training.training_data import examples

ROWS: Final = 50_000  # the last so many examples before the cut
ITERATIONS: Final = 300

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Logistic:
    """It predicts what the heavy ranker predicts, so it can stand in its place."""

    mean: Floats  # (features,)
    spread: Floats
    weight: NDArray[np.float64]  # (heads, features)
    bias: NDArray[np.float64]
    heads: tuple[str, ...]

    def __call__(self, x: Pairs, features: Floats | None = None) -> dict[str, Floats]:
        """A probability per pair for each head."""
        given = matrix(x) if features is None else features
        log_odds = ((given - self.mean) / self.spread) @ self.weight.T + self.bias
        p = (1 / (1 + np.exp(-log_odds))).astype(np.float32)
        return {name: p[:, column] for column, name in enumerate(self.heads)}

    @classmethod
    def fit(cls, rows: RankerRows, heads: tuple[str, ...]) -> Logistic:
        """One regression per head; what a head is trained on is what the network is trained on."""
        mean = rows.features.mean(axis=0)
        spread = np.maximum(rows.features.std(axis=0), 1e-6)
        x = (rows.features - mean) / spread
        models = [
            LogisticRegression(max_iter=ITERATIONS).fit(
                x, rows.label[:, HEADS.index(name)], sample_weight=rows.weight
            )
            for name in heads
        ]
        return cls(
            mean,
            spread,
            np.concatenate([model.coef_ for model in models]),
            np.concatenate([model.intercept_ for model in models]),
            heads,
        )


def train(dataset: Dataset, bundle: Bundle, seed: int = 0) -> Logistic:
    """Learn from the last examples before the cut, each as of just before it happened."""
    known = dataset.known
    found, _ = examples(known, dataset.users, dataset.tweets, np.random.default_rng(seed))
    last = found[np.arange(max(len(found) - ROWS, 0), len(found))]
    start = int(last.at[0])
    state = FeatureState(dataset.users, dataset.tweets)
    state.apply(known.before(start))
    rest = known[int(np.searchsorted(known.at, start)) :]
    rows = featurise(state, rest, bundle.encode(state), last)
    both: NDArray[np.bool_] = rows.label.max(axis=0) > rows.label.min(axis=0)
    heads = tuple(name for name in bundle.manifest.heads if both[HEADS.index(name)])
    return Logistic.fit(rows, heads)
