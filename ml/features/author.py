"""What is the author like, and how are their tweets received?"""

from __future__ import annotations

from typing import Final

from ml.features.logarithm import Log
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
def author_engagement_rate(author: Author) -> Log:
    """Engagements with the author's tweets over what was expected, log scale."""
    return engagement_rate(author.counts, STRENGTH)


@inline_kernel
def author_retweet_rate(author: Author) -> Log:
    """Retweets per impression of the author's tweets."""
    return retweet_rate(author.counts, STRENGTH)


@inline_kernel
def author_reply_rate(author: Author) -> Log:
    """Replies per impression of the author's tweets."""
    return reply_rate(author.counts, STRENGTH)


@inline_kernel
def author_follow_rate(author: Author) -> Log:
    """Follows per impression of the author's tweets."""
    return follow_rate(author.counts, STRENGTH)


@inline_kernel
def author_negative_rate(author: Author) -> Log:
    """How often those who saw the author wanted less of them."""
    return negative_rate(author.counts, STRENGTH)


@inline_kernel
def author_followers(author: Author) -> Log:
    """How many people follow the author, log scale."""
    return 1 + author.followers


@inline_kernel
def author_posts(author: Author) -> Log:
    """How much the author has written lately, log scale."""
    return 1 + author.counts.post


FEATURES: Final = (
    author_engagement_rate,
    author_retweet_rate,
    author_reply_rate,
    author_follow_rate,
    author_negative_rate,
    author_followers,
    author_posts,
)
