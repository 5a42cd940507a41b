"""What may well be adult content or abuse is not shown.

A viewer may ask to see adult content; nobody asks to be abused, so toxicity stays out for all.
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
    """Drops from these probabilities on, and whatever its author or a moderator declared.

    What was declared to be harmless is believed, unless the models are as good as certain: who is
    abusive may say otherwise.
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
        """Whether each tweet is declared so, or as good as. No model (NaN) knows of nothing."""
        said = label[tweet]
        bar = np.where(said == 0, max(self.denied, threshold), threshold)
        found: Mask = (probability[tweet] >= bar) | (said == 1)
        return found
