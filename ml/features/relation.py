"""What have the viewer and the author, or the topic, had to do with each other?"""

from __future__ import annotations

from typing import Final

import numpy as np

from ml.features.pairs import Pairs, Values
from ml.features.rates import engaged, engagement_rate, log1p
from ml.state.tables.counts import Count

AUTHOR_STRENGTH: Final = 8.0
TOPIC_STRENGTH: Final = 15.0


def follows_author(x: Pairs) -> Values:
    """Whether the viewer follows the author."""
    return x.follows.astype(np.float32)


def author_follows_back(x: Pairs) -> Values:
    """Whether the author follows the viewer."""
    return x.followed_back.astype(np.float32)


def author_affinity(x: Pairs) -> Values:
    """How often the viewer engages with the author's tweets."""
    return engagement_rate(x.tie_counts, AUTHOR_STRENGTH)


def author_engagements(x: Pairs) -> Values:
    """Recent engagements of the viewer with the author, log scale."""
    return log1p(engaged(x.tie_counts))


def author_exposure(x: Pairs) -> Values:
    """How often the viewer has seen the author lately, log scale."""
    return log1p(x.tie_counts[:, Count.IMPRESSION])


def author_aversion(x: Pairs) -> Values:
    """How often the viewer has wanted less of the author, log scale."""
    return log1p(x.tie_counts[:, Count.NEGATIVE] + x.tie_counts[:, Count.REPORT])


def topic_affinity(x: Pairs) -> Values:
    """How often the viewer engages with the topic."""
    return engagement_rate(x.topic_counts, TOPIC_STRENGTH)


def topic_share(x: Pairs) -> Values:
    """The share of the viewer's engagements that went to the topic."""
    share: Values = (engaged(x.topic_counts) + 0.2) / (engaged(x.viewer_counts) + 4)
    return share


def topic_declared(x: Pairs) -> Values:
    """Whether the topic is among the viewer's declared interests."""
    topic = x.state.tweets.tags[x.tweet, :1]
    interests = x.state.users.interests[x.viewer_or_one]
    declared: Values = ((interests == topic) & (topic != 0)).any(axis=1).astype(np.float32)
    return declared


def author_shares_interests(x: Pairs) -> Values:
    """How many of the viewer's declared interests the author declares too."""
    mine = x.state.users.interests[x.viewer_or_one]
    theirs = x.state.users.interests[x.author]
    shared = np.zeros(len(x), np.int64)
    for interest in mine.T[mine.any(axis=0)]:
        shared += (theirs == interest[:, None]).any(axis=1) & (interest != 0)
    return np.where(x.author < 0, 0, shared)


def followees_following_author(x: Pairs) -> Values:
    """How many of the viewer's followees follow the author, log scale."""
    return log1p(x.followees_following)


def followees_share_author(x: Pairs) -> Values:
    """That count over what the author's fame alone would give."""
    share: Values = x.followees_following / np.sqrt(x.state.graph.followers[x.author] + 5.0)
    return share


def followees_engaged_with_tweet(x: Pairs) -> Values:
    """How many of the viewer's followees engaged with the tweet, log scale."""
    return log1p(x.followees_engaged)


def tweet_disliked(x: Pairs) -> Values:
    """Toxicity or NSFW, whichever is worse, times how often the viewer complains."""
    complaints = x.viewer_counts[:, Count.NEGATIVE] + x.viewer_counts[:, Count.REPORT]
    worse = np.fmax(x.encoder.tweets.toxicity[x.tweet], x.encoder.tweets.nsfw[x.tweet])
    return np.where(np.isnan(worse), 0, worse) * log1p(complaints)


FEATURES: Final = (
    follows_author,
    author_follows_back,
    author_affinity,
    author_engagements,
    author_exposure,
    author_aversion,
    topic_affinity,
    topic_share,
    topic_declared,
    author_shares_interests,
    followees_following_author,
    followees_share_author,
    followees_engaged_with_tweet,
    tweet_disliked,
)
