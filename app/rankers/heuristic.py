"""A hand-written formula for when no model is trained; the response names it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from app.pipeline.batch import CandidateBatch, Column
from app.pipeline.query import Query
from ml.embeddings.encoder import Encoder
from ml.features import author, moment, relation, similarity, tweet
from ml.features.pairs import Pairs
from ml.state.feature_state import FeatureState

EXPONENTS: Final = (  # of rates, which are logarithms over what is typical
    (tweet.tweet_engagement_rate, 1.0),
    (author.author_engagement_rate, 0.5),
    (relation.author_affinity, 0.5),
    (relation.topic_affinity, 0.5),
)


@dataclass(frozen=True, slots=True)
class Heuristic:
    """Rates of tweet, author and topic, times tie, times freshness; x / (1 + x) of it.

    It needs no history of the viewer, so it also serves newcomers.
    """

    state: FeatureState
    encoder: Encoder

    def score(self, query: Query, batch: CandidateBatch) -> Mapping[str, Column]:
        x = Pairs.of_one(self.state, self.encoder, query.viewer, batch.tweet, query.now)
        rates = sum(exponent * rate(x) for rate, exponent in EXPONENTS)
        realgraph = similarity.realgraph_strength(x)
        worth = np.exp(rates) * (1 + 2 * realgraph) * 2 * moment.tweet_freshness(x)
        return {
            "realgraph": realgraph.astype(np.float32),
            "base_score": (worth / (1 + worth)).astype(np.float32),
        }
