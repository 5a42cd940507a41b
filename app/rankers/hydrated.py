"""An encoder that has already encoded the viewer of a query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from app.pipeline.batch import Column
from app.pipeline.query import Query
from ml.arrays import Rows, Times
from ml.embeddings.encoder import EncodedTweets, Encoder, Vectors
from ml.state.feature_state import FeatureState


@dataclass(frozen=True, slots=True)
class Hydrated:
    tweets: EncodedTweets
    authors: Vectors
    vector: Column

    @classmethod
    def of(cls, encoder: Encoder, query: Query) -> Self:
        return cls(encoder.tweets, encoder.authors, query.vector)

    def viewers(self, state: FeatureState, viewer: Rows, now: Times) -> Vectors:
        return self.vector[np.newaxis][: len(viewer)]  # of nobody where there is no row
