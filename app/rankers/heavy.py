"""The trained model: one probability per action, and what they are worth together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.pipeline.batch import CandidateBatch, Column
from app.pipeline.query import Query
from app.rankers.listwise import ListwiseStage
from ml.embeddings.encoder import Encoder
from ml.features import NAMES, Pairs, matrix
from ml.models.fusion import Fusion
from ml.state.feature_state import FeatureState

Predict = Callable[[Pairs, NDArray[np.float32]], Mapping[str, Column]]
SIMILARITIES: Final = {
    "simclusters": NAMES.index("simclusters_similarity"),
    "twhin": NAMES.index("twhin_similarity"),
    "realgraph": NAMES.index("realgraph_strength"),
}


@dataclass(frozen=True, slots=True)
class HeavyRanker:
    """Also says how near viewer and tweet are in each of the three embeddings."""

    state: FeatureState
    encoder: Encoder
    predict: Predict
    fusion: Fusion
    listwise: ListwiseStage | None = None  # where one was trained

    def score(self, query: Query, batch: CandidateBatch) -> Mapping[str, Column]:
        x = Pairs.of_one(
            self.state,
            self.encoder,
            query.viewer,
            batch.tweet,
            query.now,
            query.neighborhood,
            query.vector,
        )
        features = matrix(x)
        predictions = self.predict(x, features)
        score = {"base_score": self.fusion.fuse(predictions)}
        if self.listwise is not None:
            score = self.listwise.weigh(
                query, x, features, score["base_score"], predictions["similarity"]
            )
        return {
            **predictions,
            **{name: features[:, column] for name, column in SIMILARITIES.items()},
            **score,
        }
