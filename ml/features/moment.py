"""What time is it, and how old is the tweet?"""

from __future__ import annotations

from math import cos, isnan, pi, sin
from typing import Final

import numpy as np

from ml.features.logarithm import Log
from ml.features.numbers import DAY_SECONDS, Moment, Tweet
from ml.kernels import inline_kernel


@inline_kernel
def tweet_age(tweet: Tweet) -> Log:
    """Hours since the tweet was written, log scale; one day where nobody knows."""
    return 1 + _age_hours(tweet)


@inline_kernel
def tweet_freshness(tweet: Tweet) -> float:
    """1 for a new tweet, halved every 12 hours; a quarter where nobody knows the age."""
    return float(np.exp2(-_age_hours(tweet) / 12))


@inline_kernel
def hour_sine(moment: Moment) -> float:
    """The time of day (UTC) as a point on a circle: its height."""
    return sin(2 * pi * moment.second_of_day / DAY_SECONDS)


@inline_kernel
def hour_cosine(moment: Moment) -> float:
    """The time of day (UTC) as a point on a circle: its breadth."""
    return cos(2 * pi * moment.second_of_day / DAY_SECONDS)


@inline_kernel
def _age_hours(tweet: Tweet) -> float:
    return 24.0 if isnan(tweet.age_hours) else tweet.age_hours


FEATURES: Final = (tweet_age, tweet_freshness, hour_sine, hour_cosine)
