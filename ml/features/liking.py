"""The probability that a viewer likes a topic: by what they declare, write and do about it.

What their neighbors in the graph declare counts too, before they did anything.

The constants are rounded from a fit by expectation-maximisation, in which whether a viewer likes a
topic is never observed; two planted worlds gave nearly the same.
"""

from __future__ import annotations

from math import exp, log
from typing import Final

from ml.features.rates import ENGAGEMENTS, engagement_rate
from ml.kernels import inline_kernel
from ml.state.tables.counted import Counted

LIKED: Final = 2.0  # engagements with topics that people like, over what is expected of all
OTHER: Final = 0.5  # and with other topics
REFUSED: Final = 2.0  # log-odds that a complaint speaks against a topic
UNKNOWN: Final = -2.0  # log-odds that a topic is liked which its viewer does not declare
SILENT: Final = 1.0  # more of it where the viewer declares nothing at all
DECLARED: Final = 4.0  # and where they declare it
WRITTEN: Final = 2.5  # log-odds per log of the viewer's posts on a topic over what is usual
USUAL_SHARE: Final = 0.05  # of somebody's posts that go to one topic
SHARED: Final = 3.0  # log-odds per log of the neighbors who declare it over what is usual
DECLARING_SHARE: Final = 0.15  # of people who declare one topic
POSTS: Final = 0.3  # on a topic, before any is known
EASE_STRENGTH: Final = 40.0  # impressions
_YES: Final = log(LIKED / OTHER)


@inline_kernel
def own_posts(topic: Counted, viewer: Counted) -> float:
    """The viewer's own posts on a topic over what is usual; 1 without posts."""
    return (topic.post + POSTS) / (viewer.post * USUAL_SHARE + POSTS)


@inline_kernel
def neighbors_declare(declaring: float, neighbors: float) -> float:
    """Neighbors of a viewer who declare a topic over what is usual; 1 without neighbors."""
    return (declaring + 1) / (neighbors * DECLARING_SHARE + 1)


@inline_kernel
def before_seeing(written: float, around: float, declared: bool, declares: bool) -> float:
    """Log-odds that a viewer likes a topic, before what they did about it.

    Args:
        written: `own_posts`.
        around: `neighbors_declare`.
        declared: whether the viewer declares the topic.
        declares: whether the viewer declares anything.
    """
    declaration = DECLARED if declared else (0.0 if declares else SILENT)
    return UNKNOWN + declaration + WRITTEN * log(written) + SHARED * log(around)


@inline_kernel
def liking(before: float, topic: Counted, viewer: Counted) -> float:
    """The probability that a viewer likes a topic: Bayes' rule over two rates of engagement.

    Exposure is what was expected of the impressions, from somebody who engages as easily as this
    viewer does; so a topic that was seen late, or at the bottom of the page, is not refused.
    """
    exposure = ENGAGEMENTS * topic.expected * engagement_rate(viewer, EASE_STRENGTH)
    log_odds = before + topic.engaged * _YES - exposure * (LIKED - OTHER)
    return 1 / (1 + exp((topic.negative + topic.report) * REFUSED - log_odds))
