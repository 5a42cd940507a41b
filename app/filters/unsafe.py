"""Drops tweets that may well be adult content or abuse.

A viewer may ask to see adult content; toxic tweets are dropped for every viewer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.pipeline.batch import CandidateBatch, Mask, Rows
from app.pipeline.query import Query
from ml.embeddings.encoder import Encoder
from ml.state.feature_state import FeatureState


@dataclass(frozen=True, slots=True)
class Unsafe:
    """Drops by declaration of the author or a moderator, and from these probabilities on.

    A tweet declared harmless is dropped only where the model is almost certain, since abusive
    authors may declare anything.
    """

    state: FeatureState
    encoder: Encoder
    nsfw: float = 0.3
    toxicity: float = 0.3
    denied: float = 0.95  # of both, where somebody declared that it is not so

    def keep(self, query: Query, batch: CandidateBatch) -> Mask:
        scores, declared = self.encoder.tweets, self.state.tweets
        toxic = self._is(scores.toxicity, declared.toxic, batch.tweet, self.toxicity)
        if query.sensitive_ok:
            return ~toxic
        return ~toxic & ~self._is(scores.nsfw, declared.nsfw, batch.tweet, self.nsfw)

    def _is(
        self,
        probability: NDArray[np.float32],
        label: NDArray[np.float32],
        tweet: Rows,
        threshold: float,
    ) -> Mask:
        """Whether each tweet is declared or predicted so; without a model (NaN), as declared."""
        declared, probable = label.take(tweet), probability.take(tweet)
        found: Mask = declared == 1
        likely = (probable >= threshold).nonzero()[0]  # few are
        if len(likely):
            denied = declared[likely] == 0
            found[likely] |= ~denied | (probable[likely] >= self.denied)
        return found
