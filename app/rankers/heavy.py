"""The trained model: one probability per action, and what they are worth together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from app.pipeline.batch import CandidateBatch, Column
from app.pipeline.query import Query
from app.rankers.fusion import Fusion
from ml.embeddings.encoder import Encoder
from ml.features import similarity
from ml.features.pairs import Pairs
from ml.state.feature_state import FeatureState

Predict = Callable[[Pairs], Mapping[str, Column]]


@dataclass(frozen=True, slots=True)
class HeavyRanker:
    """Also says how near viewer and tweet are in each of the three embeddings."""

    state: FeatureState
    encoder: Encoder
    predict: Predict
    fusion: Fusion

    def score(self, query: Query, batch: CandidateBatch) -> Mapping[str, Column]:
        x = Pairs.of_one(self.state, self.encoder, query.viewer, batch.tweet, query.now)
        predictions = self.predict(x)
        return {
            **predictions,
            "simclusters": similarity.simclusters_similarity(x).astype(np.float32),
            "twhin": similarity.twhin_similarity(x).astype(np.float32),
            "realgraph": similarity.realgraph_strength(x).astype(np.float32),
            "base_score": self.fusion.score(predictions),
        }
