"""What is the author like, and how are their tweets received?"""

from __future__ import annotations

from typing import Final

from ml.features.rates import engagement_rate, log1p, rate
from ml.features.tweet_view import TweetView, Values
from ml.state.tables.counts import Count

STRENGTH: Final = 60.0


def author_engagement_rate(x: TweetView) -> Values:
    """Engagements per impression of the author's tweets."""
    return engagement_rate(x.author_counts, STRENGTH)


def author_retweet_rate(x: TweetView) -> Values:
    """Retweets per impression of the author's tweets."""
    return rate(x.author_counts, Count.RETWEET, STRENGTH)


def author_reply_rate(x: TweetView) -> Values:
    """Replies per impression of the author's tweets."""
    return rate(x.author_counts, Count.REPLY, STRENGTH)


def author_follow_rate(x: TweetView) -> Values:
    """Follows per impression of the author's tweets."""
    return rate(x.author_counts, Count.FOLLOW, STRENGTH)


def author_negative_rate(x: TweetView) -> Values:
    """How often those who saw the author wanted less of them."""
    return rate(x.author_counts, Count.NEGATIVE, STRENGTH)


def author_followers(x: TweetView) -> Values:
    """How many people follow the author, log scale."""
    return log1p(x.state.graph.followers[x.author]) * (x.author >= 0)


def author_posts(x: TweetView) -> Values:
    """How much the author has written lately, log scale."""
    return log1p(x.author_counts[:, Count.POST])


FEATURES: Final = (
    author_engagement_rate,
    author_retweet_rate,
    author_reply_rate,
    author_follow_rate,
    author_negative_rate,
    author_followers,
    author_posts,
)
