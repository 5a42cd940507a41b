"""What is the tweet like, and how was it received?"""

from __future__ import annotations

from typing import Final

import numpy as np

from ml.features.rates import engaged, engagement_rate, log1p, rate
from ml.features.tweet_view import TweetView, Values
from ml.state.tables.counts import Count
from ml.state.tables.metadata import NAMES as METADATA

STRENGTH: Final = 15.0


def tweet_engagement_rate(x: TweetView) -> Values:
    """Engagements per impression of the tweet."""
    return engagement_rate(x.tweet_counts, STRENGTH)


def tweet_retweet_rate(x: TweetView) -> Values:
    """Retweets per impression of the tweet."""
    return rate(x.tweet_counts, Count.RETWEET, STRENGTH)


def tweet_negative_rate(x: TweetView) -> Values:
    """How often those who saw the tweet wanted less of it."""
    return rate(x.tweet_counts, Count.NEGATIVE, STRENGTH)


def tweet_engagements(x: TweetView) -> Values:
    """Recent engagements with the tweet, log scale."""
    return log1p(engaged(x.tweet_counts))


def tweet_impressions(x: TweetView) -> Values:
    """Recent impressions of the tweet, log scale."""
    return log1p(x.tweet_counts[:, Count.IMPRESSION])


def tweet_has_media(x: TweetView) -> Values:
    """Whether the tweet carries a picture or a video."""
    return _metadata(x, "media")


def tweet_is_reply(x: TweetView) -> Values:
    """Whether the tweet answers another."""
    return x.state.tweets.is_reply[x.tweet].astype(np.float32)


def tweet_text_length(x: TweetView) -> Values:
    """Characters in the text, log scale."""
    return _metadata(x, "text_length")


def tweet_toxicity(x: TweetView) -> Values:
    """How toxic the safety model finds the tweet, as log-odds; 0 without a model."""
    return _log_odds(x.encoder.tweets.toxicity[x.tweet])


def tweet_nsfw(x: TweetView) -> Values:
    """How unsafe for work the safety model finds the tweet, as log-odds; 0 without a model."""
    return _log_odds(x.encoder.tweets.nsfw[x.tweet])


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


def _metadata(x: TweetView, name: str) -> Values:
    column: Values = x.state.tweets.metadata[x.tweet, METADATA.index(name)]
    return column


def _log_odds(probability: Values) -> Values:
    p = np.where(np.isnan(probability), np.float32(0.5), probability)
    p = np.minimum(np.maximum(p, 1e-3), 1 - 1e-3)
    log_odds: Values = np.log(p / (1 - p))
    return log_odds
