"""A bundle: trained models that encode and predict, with their manifest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from ml.bundle.manifest import Manifest
from ml.embeddings.encoder import GrowingEncoder
from ml.features import Pairs, matrix
from ml.models.encode import TowerEncoder
from ml.models.heavy_ranker import OUTPUTS, HeavyRanker
from ml.models.safety import Safety
from ml.models.two_tower import TwoTower
from ml.state.feature_state import FeatureState


@dataclass(frozen=True, slots=True)
class Models:
    """The trained models; a safety model is None where the data had too few examples."""

    tower: TwoTower
    ranker: HeavyRanker
    nsfw: Safety | None
    toxicity: Safety | None

    def encode(self, state: FeatureState) -> GrowingEncoder:
        """Encode every tweet once; viewers are encoded on demand."""
        return TowerEncoder.of(state, self.tower, self.nsfw, self.toxicity)


@dataclass(frozen=True, slots=True)
class Bundle:
    """Models with the manifest that says which of their heads were trained."""

    version: str
    manifest: Manifest
    models: Models

    def encode(self, state: FeatureState) -> GrowingEncoder:
        return self.models.encode(state)

    def predict(
        self, x: Pairs, features: NDArray[np.float32] | None = None
    ) -> dict[str, NDArray[np.float32]]:
        """A probability per pair for each trained head, and `similarity`, the embedding head.

        `features` is the feature matrix of `x`, where the caller has it already.
        """
        probability = probabilities(self.models.ranker, x, features)
        return {
            name: probability[:, column]
            for column, name in enumerate(OUTPUTS)
            if name == "similarity" or name in self.manifest.heads
        }


@torch.inference_mode()
def probabilities(
    ranker: HeavyRanker, x: Pairs, features: NDArray[np.float32] | None = None
) -> NDArray[np.float32]:
    """(pairs, heads + 1) probabilities of all heads, trained or not."""
    inputs = (matrix(x) if features is None else features, x.viewer_vector, x.tweet_vector)
    scores: NDArray[np.float32] = ranker.probabilities(*map(torch.from_numpy, inputs)).numpy()
    return scores
