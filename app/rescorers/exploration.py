"""Of whom little is known, topics are tried: each loses a part of its score, by chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from app.pipeline.batch import CandidateBatch, Column, Rows
from app.pipeline.query import Query
from ml.kernels import kernel
from ml.state.feature_state import FeatureState
from ml.state.structures.tokens import Tokens

AUTHORS: Final = 1 << 32  # behind all topics


@dataclass(frozen=True, slots=True)
class Exploration:
    """The factor is the same for all tweets on a topic, and another for every request: from
    `1 - spread` to 1 where nothing is known of the viewer, nearer to 1 the more they did or follow.
    Where a tweet has no topic, its author stands for one.

    What is best for most is shown to most, and not to everybody: so it is found out what a newcomer
    likes, and four newcomers do not get one page. It costs at most `spread` of the value of a page.
    """

    state: FeatureState
    spread: float

    def factor(self, query: Query, batch: CandidateBatch) -> Column:
        spread = self.spread / (1 + self._known(query))
        return _factors(
            batch.tweet, batch.author, self.state.tweets.tags, np.uint64(query.seed), spread
        )

    def _known(self, query: Query) -> int:
        """How many tweets the viewer engaged with, and people they follow."""
        if query.viewer < 0:
            return 0
        written = int(self.state.history.written[query.viewer])
        return written + len(query.neighborhood.following)


@kernel
def _factors(tweet: Rows, author: Rows, tags: Tokens, seed: np.uint64, spread: float) -> Column:
    factor = np.empty(len(tweet), np.float32)
    for i in range(len(tweet)):
        topic = np.uint64(tags[tweet[i], 0])
        if topic == 0:
            topic = np.uint64(AUTHORS + np.int64(author[i]))
        factor[i] = 1 - spread * _uniform(seed, topic)
    return factor


@kernel
def _uniform(seed: np.uint64, topic: np.uint64) -> float:
    """A number from 0 to 1 that depends on both (SplitMix64, Steele et al., 2014)."""
    bits = seed + np.uint64(0x9E3779B97F4A7C15) * (topic + np.uint64(1))
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return float((bits ^ (bits >> np.uint64(31))) >> np.uint64(11)) * 2.0**-53
