"""What is the tweet like, and how was it received?"""

from __future__ import annotations

from math import isnan
from typing import Final

from ml.features.logarithm import Log
from ml.features.numbers import Tweet
from ml.features.rates import engagement_rate, negative_rate, retweet_rate
from ml.kernels import inline_kernel

STRENGTH: Final = 15.0
LEAST: Final = 1e-3  # probability of harm that a tweet is given


@inline_kernel
def tweet_engagement_rate(tweet: Tweet) -> Log:
    """Engagements with the tweet over what was expected, log scale."""
    return engagement_rate(tweet.counts, STRENGTH)


@inline_kernel
def tweet_retweet_rate(tweet: Tweet) -> Log:
    """Retweets per impression of the tweet."""
    return retweet_rate(tweet.counts, STRENGTH)


@inline_kernel
def tweet_negative_rate(tweet: Tweet) -> Log:
    """How often those who saw the tweet wanted less of it."""
    return negative_rate(tweet.counts, STRENGTH)


@inline_kernel
def tweet_engagements(tweet: Tweet) -> Log:
    """Recent engagements with the tweet, log scale."""
    return 1 + tweet.counts.engaged


@inline_kernel
def tweet_impressions(tweet: Tweet) -> Log:
    """Recent impressions of the tweet, log scale."""
    return 1 + tweet.counts.impression


@inline_kernel
def tweet_has_media(tweet: Tweet) -> float:
    """Whether the tweet carries a picture or a video."""
    return tweet.has_media


@inline_kernel
def tweet_is_reply(tweet: Tweet) -> float:
    """Whether the tweet answers another."""
    return tweet.is_reply


@inline_kernel
def tweet_text_length(tweet: Tweet) -> float:
    """Characters in the text, log scale."""
    return tweet.text_length


@inline_kernel
def tweet_toxicity(tweet: Tweet) -> Log:
    """How toxic the safety model finds the tweet, as log-odds; 0 without a model."""
    return _odds(tweet.toxicity)


@inline_kernel
def tweet_nsfw(tweet: Tweet) -> Log:
    """How unsafe for work the safety model finds the tweet, as log-odds; 0 without a model."""
    return _odds(tweet.nsfw)


@inline_kernel
def _odds(probability: float) -> float:
    if isnan(probability):
        return 1.0
    p = min(max(probability, LEAST), 1 - LEAST)
    return p / (1 - p)


FEATURES: Final = (
    tweet_engagement_rate,
    tweet_retweet_rate,
    tweet_negative_rate,
    tweet_engagements,
    tweet_impressions,
    tweet_has_media,
    tweet_is_reply,
    tweet_text_length,
    tweet_toxicity,
    tweet_nsfw,
)
