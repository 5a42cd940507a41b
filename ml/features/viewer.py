"""What is the viewer like?"""

from __future__ import annotations

from typing import Final

from ml.features.logarithm import Log
from ml.features.numbers import Viewer
from ml.features.rates import (
    engagement_rate,
    follow_rate,
    negative_rate,
    reply_rate,
    report_rate,
    retweet_rate,
)
from ml.kernels import inline_kernel

STRENGTH: Final = 40.0


@inline_kernel
def viewer_engagement_rate(viewer: Viewer) -> Log:
    """The viewer's engagements over what was expected, log scale."""
    return engagement_rate(viewer.counts, STRENGTH)


@inline_kernel
def viewer_retweet_rate(viewer: Viewer) -> Log:
    """How often the viewer retweets."""
    return retweet_rate(viewer.counts, STRENGTH)


@inline_kernel
def viewer_reply_rate(viewer: Viewer) -> Log:
    """How often the viewer replies."""
    return reply_rate(viewer.counts, STRENGTH)


@inline_kernel
def viewer_follow_rate(viewer: Viewer) -> Log:
    """How often the viewer follows the author of a tweet."""
    return follow_rate(viewer.counts, STRENGTH)


@inline_kernel
def viewer_negative_rate(viewer: Viewer) -> Log:
    """How often the viewer is not interested, mutes or blocks."""
    return negative_rate(viewer.counts, STRENGTH)


@inline_kernel
def viewer_report_rate(viewer: Viewer) -> Log:
    """How often the viewer reports."""
    return report_rate(viewer.counts, STRENGTH)


@inline_kernel
def viewer_activity(viewer: Viewer) -> Log:
    """How much the viewer has seen lately, log scale."""
    return 1 + viewer.counts.impression


@inline_kernel
def viewer_followers(viewer: Viewer) -> Log:
    """How many people follow the viewer, log scale."""
    return 1 + viewer.followers


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
