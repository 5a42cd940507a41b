"""What time is it, and how old is the tweet?"""

from __future__ import annotations

from typing import Final

import numpy as np

from ml.features.tweet_view import TweetView, Values

DAY_SECONDS: Final = 86_400


def tweet_age(x: TweetView) -> Values:
    """Hours since the tweet was written, log scale; one day where nobody knows."""
    return np.log1p(_age_hours(x))


def tweet_freshness(x: TweetView) -> Values:
    """1 for a new tweet, halved every 12 hours; a quarter where nobody knows the age."""
    return np.exp2(-_age_hours(x) / 12)


def hour_sine(x: TweetView) -> Values:
    """The time of day (UTC) as a point on a circle: its height."""
    return np.sin(2 * np.pi * (x.now_or_one % DAY_SECONDS) / DAY_SECONDS)


def hour_cosine(x: TweetView) -> Values:
    """The time of day (UTC) as a point on a circle: its breadth."""
    return np.cos(2 * np.pi * (x.now_or_one % DAY_SECONDS) / DAY_SECONDS)


FEATURES: Final = (tweet_age, tweet_freshness, hour_sine, hour_cosine)


def _age_hours(x: TweetView) -> Values:
    return np.where(np.isnan(x.age_hours), 24.0, x.age_hours)
