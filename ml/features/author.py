"""What is the author like, and how are their tweets received?"""

from __future__ import annotations

from typing import Final

from ml.features.log_scale import log_scale
from ml.features.numbers import Author
from ml.features.rates import (
    engagement_rate,
    follow_rate,
    negative_rate,
    reply_rate,
    retweet_rate,
)
from ml.kernels import inline_kernel

STRENGTH: Final = 60.0


@inline_kernel
def author_engagement_rate(author: Author) -> float:
    """Engagements with the author's tweets over what was expected, log scale."""
    return engagement_rate(author.counts, STRENGTH)


@inline_kernel
def author_retweet_rate(author: Author) -> float:
    """Retweets per impression of the author's tweets."""
    return retweet_rate(author.counts, STRENGTH)


@inline_kernel
def author_reply_rate(author: Author) -> float:
    """Replies per impression of the author's tweets."""
    return reply_rate(author.counts, STRENGTH)


@inline_kernel
def author_follow_rate(author: Author) -> float:
    """Follows per impression of the author's tweets."""
    return follow_rate(author.counts, STRENGTH)


@inline_kernel
def author_negative_rate(author: Author) -> float:
    """How often those who saw the author wanted less of them."""
    return negative_rate(author.counts, STRENGTH)


@inline_kernel
def author_followers(author: Author) -> float:
    """How many people follow the author, log scale."""
    return log_scale(author.followers)


@inline_kernel
def author_posts(author: Author) -> float:
    """How much the author has written lately, log scale."""
    return log_scale(author.counts.post)


FEATURES: Final = (
    author_engagement_rate,
    author_retweet_rate,
    author_reply_rate,
    author_follow_rate,
    author_negative_rate,
    author_followers,
    author_posts,
)
