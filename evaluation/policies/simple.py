"""The feeds that need no model: at random, newest, most popular, whom you follow; and the truth."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from evaluation.policies.policy import Moment, Values
from ml.state.tables.counted import engaged
from ml.state.tables.neighborhood import among


def random(moment: Moment) -> Values:
    """Anything at all, the same whenever the same viewer asks at the same moment."""
    seed = [moment.query.viewer, moment.query.now & 0xFFFFFFFF]
    return np.random.default_rng(seed).random(len(moment.fresh))


def newest(moment: Moment) -> Values:
    """By time alone."""
    written: Values = moment.state.tweets.created_at[moment.fresh].astype(np.float64)
    return written


@dataclass(slots=True)
class Popular:
    """By likes, retweets and replies so far, which fade; looked up once per moment."""

    now: int | None = None
    score: Values = field(default_factory=lambda: np.empty(0))

    def __call__(self, moment: Moment) -> Values:
        if moment.query.now != self.now:
            self.now = moment.query.now
            self.score = engaged(moment.state.tweet_counts.read(moment.fresh, self.now))
        return self.score


def following(moment: Moment) -> Values:
    """By whom the viewer follows, newest first, and nothing else."""
    author = moment.state.tweets.author[moment.fresh]
    followed = among(author, moment.query.neighborhood.following)
    return np.where(followed, newest(moment), -np.inf)


def oracle(moment: Moment) -> Values:
    """By the planted chance of an engagement."""
    return moment.worth
