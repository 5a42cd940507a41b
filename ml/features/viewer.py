"""What is the viewer like?"""

from __future__ import annotations

from typing import Final

from ml.features.pairs import Pairs, Values
from ml.features.rates import engagement_rate, log1p, rate
from ml.state.tables.counts import Count

STRENGTH: Final = 40.0


def viewer_engagement_rate(x: Pairs) -> Values:
    """How often the viewer engages with what they see."""
    return engagement_rate(x.viewer_counts, STRENGTH)


def viewer_retweet_rate(x: Pairs) -> Values:
    """How often the viewer retweets."""
    return rate(x.viewer_counts, Count.RETWEET, STRENGTH)


def viewer_reply_rate(x: Pairs) -> Values:
    """How often the viewer replies."""
    return rate(x.viewer_counts, Count.REPLY, STRENGTH)


def viewer_follow_rate(x: Pairs) -> Values:
    """How often the viewer follows the author of a tweet."""
    return rate(x.viewer_counts, Count.FOLLOW, STRENGTH)


def viewer_negative_rate(x: Pairs) -> Values:
    """How often the viewer is not interested, mutes or blocks."""
    return rate(x.viewer_counts, Count.NEGATIVE, STRENGTH)


def viewer_report_rate(x: Pairs) -> Values:
    """How often the viewer reports."""
    return rate(x.viewer_counts, Count.REPORT, STRENGTH)


def viewer_activity(x: Pairs) -> Values:
    """How much the viewer has seen lately, log scale."""
    return log1p(x.viewer_counts[:, Count.IMPRESSION])


def viewer_followers(x: Pairs) -> Values:
    """How many people follow the viewer, log scale."""
    return log1p(x.state.graph.followers[x.viewer_or_one])


FEATURES: Final = (
    viewer_engagement_rate,
    viewer_retweet_rate,
    viewer_reply_rate,
    viewer_follow_rate,
    viewer_negative_rate,
    viewer_report_rate,
    viewer_activity,
    viewer_followers,
)
