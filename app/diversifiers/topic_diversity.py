"""The second tweet on one topic is worth a little less than the first: nobody is one thing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.diversifiers.place import place_within
from app.pipeline.batch import CandidateBatch, Column
from app.pipeline.query import Query
from ml.state.feature_state import FeatureState


@dataclass(frozen=True, slots=True)
class TopicDiversity:
    """Tweets without a topic are on different ones."""

    state: FeatureState
    decay: float = 0.8
    floor: float = 0.85

    def factor(self, query: Query, batch: CandidateBatch, score: Column) -> Column:
        topic = self.state.tweets.tags[batch.tweet, 0].astype(np.int64)
        place = place_within(np.where(topic > 0, topic, -1), score, batch.tweet)
        return (self.floor + (1 - self.floor) * self.decay**place).astype(np.float32)
