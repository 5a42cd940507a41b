"""A hand-written formula for when no model is trained; the response names it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from app.pipeline.batch import CandidateBatch, Column
from app.pipeline.query import Query
from app.pipeline.worth import FeatureValue, Worth, bounded_log
from app.rankers.pairs_of import pairs_of
from ml.embeddings.encoder import Encoder
from ml.features import NAMES, matrix
from ml.state.feature_state import FeatureState

EXPONENTS: Final = {  # of rates, which are logarithms over what is typical
    "tweet_engagement_rate": 1.0,
    "author_engagement_rate": 0.5,
    "author_affinity": 0.5,
    "topic_affinity": 0.5,
}


@dataclass(frozen=True, slots=True)
class Heuristic:
    """Rates of tweet, author and topic, times tie, times freshness; x / (1 + x) of it."""

    state: FeatureState
    encoder: Encoder

    def score(self, query: Query, batch: CandidateBatch) -> Mapping[str, Column]:
        features = self._features(query, batch)
        rates = sum(exponent * features[rate] for rate, exponent in EXPONENTS.items())
        realgraph = features["realgraph_strength"]
        worth = np.exp(rates) * (1 + 2 * realgraph) * 2 * features["tweet_freshness"]
        return {"realgraph": realgraph, "base_score": worth / (1 + worth)}

    def explain(self, query: Query, row: CandidateBatch) -> Worth:
        """How the base score of a single row came about."""
        features = {name: float(one[0]) for name, one in self._features(query, row).items()}
        return Worth(
            features=[FeatureValue(name, value) for name, value in features.items()],
            heads=(),
            folded=None,
            evidence={
                **{rate: exponent * features[rate] for rate, exponent in EXPONENTS.items()},
                "realgraph_strength": bounded_log(1 + 2 * features["realgraph_strength"]),
                "tweet_freshness": bounded_log(2 * features["tweet_freshness"]),
            },
        )

    def _features(self, query: Query, batch: CandidateBatch) -> dict[str, Column]:
        pairs = pairs_of(self.state, self.encoder, query, batch)
        return dict(zip(NAMES, matrix(pairs).T, strict=True))
