"""What have the viewer and the author, or the topic, had to do with each other?"""

from __future__ import annotations

from math import isnan, log, sqrt
from typing import Final

import numpy as np

from ml.features.liking import before_seeing, liking, neighbors_declare, own_posts
from ml.features.logarithm import Log
from ml.features.numbers import Pair, Topic
from ml.features.rates import engagement_rate
from ml.kernels import inline_kernel

AUTHOR_STRENGTH: Final = 8.0
TOPIC_STRENGTH: Final = 15.0


@inline_kernel
def follows_author(pair: Pair) -> float:
    """Whether the viewer follows the author."""
    return pair.follows


@inline_kernel
def author_follows_back(pair: Pair) -> float:
    """Whether the author follows the viewer."""
    return pair.followed_back


@inline_kernel
def author_affinity(pair: Pair) -> Log:
    """The viewer's engagements with the author over what was expected, log scale."""
    return engagement_rate(pair.tie, AUTHOR_STRENGTH)


@inline_kernel
def author_engagements(pair: Pair) -> Log:
    """Recent engagements of the viewer with the author, log scale."""
    return 1 + pair.tie.engaged


@inline_kernel
def author_exposure(pair: Pair) -> Log:
    """How often the viewer has seen the author lately, log scale."""
    return 1 + pair.tie.impression


@inline_kernel
def author_aversion(pair: Pair) -> Log:
    """How often the viewer has wanted less of the author, log scale."""
    return 1 + pair.tie.negative + pair.tie.report


@inline_kernel
def topic_affinity(topic: Topic) -> Log:
    """The viewer's engagements with the topic over what was expected, log scale."""
    return engagement_rate(topic.counts, TOPIC_STRENGTH)


@inline_kernel
def topic_liking(topic: Topic) -> float:
    """The probability that the viewer likes the topic, given all that is known (Bayes)."""
    written = own_posts(topic.counts, topic.viewer.counts)
    around = neighbors_declare(topic.neighbors_declaring, topic.viewer.neighbors)
    before = before_seeing(written, around, topic.declared, topic.viewer.declares)
    return liking(before, topic.counts, topic.viewer.counts)


@inline_kernel
def topic_share(topic: Topic) -> float:
    """The share of the viewer's engagements that went to the topic."""
    return (topic.counts.engaged + 0.2) / (topic.viewer.counts.engaged + 4)


@inline_kernel
def topic_posts(topic: Topic) -> Log:
    """The share of the viewer's own posts that are on the topic, log scale over what is usual."""
    return own_posts(topic.counts, topic.viewer.counts)


@inline_kernel
def topic_declared_by_neighbors(topic: Topic) -> Log:
    """How many followees and followers of the viewer declare the topic, over what is usual."""
    return neighbors_declare(topic.neighbors_declaring, topic.viewer.neighbors)


@inline_kernel
def author_shares_interests(pair: Pair) -> float:
    """How many of the viewer's declared interests the author declares too."""
    return pair.shared_interests


@inline_kernel
def neighbors_following_author(pair: Pair) -> Log:
    """How many followees and followers of the viewer follow the author, log scale."""
    return 1 + pair.neighbors_following


@inline_kernel
def neighbors_share_author(pair: Pair) -> float:
    """That count over what the author's fame alone would give."""
    return pair.neighbors_following / sqrt(pair.author_followers + 5.0)


@inline_kernel
def followees_engaged_with_tweet(pair: Pair) -> Log:
    """How many of the viewer's followees engaged with the tweet, log scale."""
    return 1 + pair.followees_engaged


@inline_kernel
def tweet_disliked(pair: Pair) -> float:
    """Toxicity or NSFW, whichever is worse, times how often the viewer complains."""
    worse = float(np.fmax(pair.toxicity, pair.nsfw))
    return 0.0 if isnan(worse) else worse * log(1 + pair.complaints)


FEATURES: Final = (
    follows_author,
    author_follows_back,
    author_affinity,
    author_engagements,
    author_exposure,
    author_aversion,
    topic_affinity,
    topic_liking,
    topic_share,
    topic_posts,
    topic_declared_by_neighbors,
    author_shares_interests,
    neighbors_following_author,
    neighbors_share_author,
    followees_engaged_with_tweet,
    tweet_disliked,
)
