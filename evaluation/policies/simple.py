"""The feeds that need no model: at random, newest, most popular, whom you follow; and the truth."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

import numpy as np

from datagen.parameters import DAY
from evaluation.policies.engaged_pairs import EngagedPairs
from evaluation.policies.policy import Moment, Values
from ml.arrays import Rows
from ml.state.feature_state import FeatureState
from ml.state.tables.counted import engaged
from ml.state.tables.neighborhood import among


def random(moment: Moment, tweet: Rows) -> Values:
    """Anything at all, the same whenever the same viewer asks at the same moment."""
    seed = [moment.query.viewer, moment.query.now & 0xFFFFFFFF]
    return np.random.default_rng(seed).random(len(tweet))


def newest(moment: Moment, tweet: Rows) -> Values:
    """By time alone."""
    written: Values = moment.state.tweets.created_at[tweet].astype(np.float64)
    return written


@dataclass(slots=True)
class Popular:
    """By likes, retweets and replies so far, which fade; looked up once per moment."""

    asked: tuple[int, int] | None = None  # when, of how many
    score: Values = field(default_factory=lambda: np.empty(0))

    def __call__(self, moment: Moment, tweet: Rows) -> Values:
        now = moment.query.now
        if (now, len(tweet)) != self.asked:
            self.asked = now, len(tweet)
            self.score = engaged(moment.state.tweet_counts.read(tweet, now))
        return self.score


@dataclass(frozen=True, slots=True)
class PopularLately:
    """By how many people engaged in the last days; of equals, by how many ever did."""

    score: Values  # (tweets,)

    @classmethod
    def of(cls, state: FeatureState, days: float = 7.0) -> Self:
        """As of the latest engagement that the state holds."""
        pairs = EngagedPairs.of(state)
        since = pairs.at.max(initial=0) - days * DAY
        ever, lately = pairs.popularity, pairs.where(pairs.at >= since).popularity
        return cls(lately + ever / (ever.max(initial=0) + 1))

    def __call__(self, moment: Moment, tweet: Rows) -> Values:
        return self.score[tweet]


def following(moment: Moment, tweet: Rows) -> Values:
    """By whom the viewer follows, newest first, and nothing else."""
    author = moment.state.tweets.author[tweet]
    followed = among(author, moment.query.neighborhood.following)
    return np.where(followed, newest(moment, tweet), -np.inf)


def oracle(moment: Moment, tweet: Rows) -> Values:
    """By the planted chance of an engagement."""
    return moment.worth(tweet)
