"""A hand-written formula for when no model is trained; the response names it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from app.pipeline.batch import CandidateBatch, Column
from app.pipeline.query import Query
from ml.embeddings.encoder import Encoder
from ml.features import NAMES, Pairs, matrix
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
        x = Pairs.of_one(
            self.state,
            self.encoder,
            query.viewer,
            batch.tweet,
            query.now,
            query.neighborhood,
            query.vector,
        )
        features = dict(zip(NAMES, matrix(x).T, strict=True))
        rates = sum(exponent * features[rate] for rate, exponent in EXPONENTS.items())
        realgraph = features["realgraph_strength"]
        worth = np.exp(rates) * (1 + 2 * realgraph) * 2 * features["tweet_freshness"]
        return {"realgraph": realgraph, "base_score": worth / (1 + worth)}
