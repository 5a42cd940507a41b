"""An encoder for when no model has been trained: it finds nothing near and nothing unsafe."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ml.embeddings.encoder import EncodedTweets, Vectors
from ml.log.events import Rows, Times
from ml.state.feature_state import FeatureState


@dataclass(frozen=True, slots=True)
class Unencoded:
    tweets: EncodedTweets
    authors: Vectors

    @classmethod
    def of(cls, state: FeatureState) -> Unencoded:
        nothing = np.zeros((len(state.tweets), 1), np.float32)
        unknown = np.full(len(state.tweets), np.nan, np.float32)
        nobody = np.zeros((len(state.users), 1), np.float32)
        return cls(EncodedTweets(nothing, nothing, nsfw=unknown, toxicity=unknown), nobody)

    def viewers(self, state: FeatureState, viewer: Rows, now: Times) -> Vectors:
        return np.zeros((len(viewer), 1), np.float32)
