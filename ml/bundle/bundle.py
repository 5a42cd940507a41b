"""A bundle: trained models that encode and predict, with their manifest."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ml.bundle.leaderboard import Leaderboard
from ml.bundle.manifest import Manifest
from ml.embeddings.als import Als
from ml.embeddings.communities import Communities
from ml.embeddings.encoder import GrowingEncoder
from ml.features import Pairs, matrix
from ml.models.attribution import Attribution, Parts
from ml.models.encode import TowerEncoder
from ml.models.heavy_ranker import OUTPUTS, HeavyRanker
from ml.models.listwise import Listwise
from ml.models.ranker_inference import RankerInference
from ml.models.safety import Safety
from ml.models.two_tower import TwoTower
from ml.state.feature_state import FeatureState


@dataclass(frozen=True)
class Models:
    """The trained models; a safety model is None where the data had too few examples."""

    tower: TwoTower
    ranker: HeavyRanker
    nsfw: Safety | None
    toxicity: Safety | None
    communities: Communities | None = None  # where enough people have an audience
    listwise: Listwise | None = None  # where it is not known what people were shown
    als: Als | None = None  # with it

    @cached_property
    def inference(self) -> RankerInference:
        """The ranker as it serves."""
        return RankerInference.of(self.ranker)

    @cached_property
    def attribution(self) -> Attribution:
        """What explains the ranker."""
        return Attribution.of(self.ranker)

    def probabilities(
        self, x: Pairs, features: NDArray[np.float32] | None = None
    ) -> NDArray[np.float32]:
        """(pairs, heads + 1) probabilities of all heads, trained or not.

        `features` is the feature matrix of `x`, where the caller has it already.
        """
        given = matrix(x) if features is None else features
        return self.inference.probabilities(
            given, x.vectors, x.which, x.encoder.tweets.vector, x.tweet
        )

    def encode(self, state: FeatureState) -> GrowingEncoder:
        """Encode every tweet once; viewers are encoded on demand."""
        return TowerEncoder.of(
            state, self.tower, self.nsfw, self.toxicity, self.communities, self.als
        )


@dataclass(frozen=True, slots=True)
class Bundle:
    """Models with the manifest that says which of their heads were trained."""

    version: str
    manifest: Manifest
    models: Models
    leaderboard: Leaderboard | None = None  # None where nobody compared it with simple policies

    def encode(self, state: FeatureState) -> GrowingEncoder:
        return self.models.encode(state)

    def predict(
        self, x: Pairs, features: NDArray[np.float32] | None = None
    ) -> dict[str, NDArray[np.float32]]:
        """A probability per pair for each trained head, and `similarity`, the embedding head.

        `features` is the feature matrix of `x`, where the caller has it already.
        """
        columns = self.models.probabilities(x, features).T
        trained = self.manifest.heads
        return {
            name: column
            for name, column in zip(OUTPUTS, columns, strict=True)
            if name == "similarity" or name in trained
        }

    def attribute(self, x: Pairs, features: NDArray[np.float32]) -> Parts:
        """What each feature adds to the log-odds of each head, trained or not.

        Args:
            x: one pair.
            features: (features,) of it.
        """
        tweet = x.encoder.tweets.vector[x.tweet[0]]
        return self.models.attribution.parts(features, x.vectors[0], tweet)
