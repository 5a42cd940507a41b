"""The trained model: one probability per action, and what they are worth together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import log
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.pipeline.batch import CandidateBatch, Column
from app.pipeline.query import Query
from app.pipeline.worth import FeatureValue, HeadValue, Worth
from app.rankers.listwise import EVIDENCE, ListwiseStage
from app.rankers.pairs_of import pairs_of
from ml.embeddings.encoder import Encoder
from ml.features import NAMES, Pairs, matrix
from ml.models.attribution import INPUTS, METHOD, Parts
from ml.models.fusion import Fusion
from ml.models.heavy_ranker import OUTPUTS
from ml.state.feature_state import FeatureState

Predict = Callable[[Pairs, NDArray[np.float32]], Mapping[str, Column]]
Attribute = Callable[[Pairs, NDArray[np.float32]], Parts]
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
    attribute: Attribute | None = None  # what explains a prediction

    def score(self, query: Query, batch: CandidateBatch) -> Mapping[str, Column]:
        x = pairs_of(self.state, self.encoder, query, batch)
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

    def explain(self, query: Query, row: CandidateBatch) -> Worth:
        """How the columns came about that `score` gave a single row."""
        x = pairs_of(self.state, self.encoder, query, row)
        (features,) = matrix(x)
        parts = self.attribute(x, features) if self.attribute is not None else None
        means = self.fusion.means
        added, folded = self.fusion.parts({name: float(row[name][0]) for name in means})
        heads = [
            HeadValue(
                name,
                weight=self.fusion.weights.get(name, 0.0),
                probability=float(row[name][0]) if name in means else None,
                average=means.get(name),
                adds=added.get(name, 0.0),
                **({} if parts is None or name not in means else _of_features(parts, head)),
            )
            for head, name in enumerate(OUTPUTS)
        ]
        value = sum(added.values()) + folded
        evidence = {
            name.removeprefix(EVIDENCE): float(column[0])
            for name, column in row.columns.items()
            if name.startswith(EVIDENCE)
        }
        return Worth(
            features=[
                FeatureValue(name, value, average, spread)
                for name, value, average, spread in zip(
                    NAMES,
                    features.tolist(),
                    [None] * len(NAMES) if parts is None else parts.mean.tolist(),
                    [None] * len(NAMES) if parts is None else parts.spread.tolist(),
                    strict=True,
                )
            ],
            heads=heads,
            folded=folded,
            evidence=evidence or {"heads": log(value)},
            method=None if parts is None else METHOD,
        )


def _of_features(parts: Parts, head: int) -> dict[str, Any]:
    """What a `HeadValue` has of the features."""
    return {
        "log_odds": float(parts.log_odds[head]),
        "log_odds_at_average": float(parts.at_average[head]),
        "of_features": dict(zip(INPUTS, parts.added[head].tolist(), strict=True)),
        "error": float(parts.error[head]),
    }
