"""Rates over what is typical, which few observations cannot make extreme."""

from __future__ import annotations

from typing import Final

from ml.kernels import inline_kernel
from ml.state.tables.counted import Counted
from ml.state.tables.counts import ENGAGED, Count

TYPICAL: Final = {  # per impression; what a rate is shrunk towards
    Count.LIKE: 0.05,
    Count.RETWEET: 0.012,
    Count.REPLY: 0.012,
    Count.FOLLOW: 0.003,
    Count.NEGATIVE: 0.006,
    Count.REPORT: 0.001,
}
ENGAGEMENTS: Final = sum(TYPICAL[kind] for kind in ENGAGED)
RETWEETS: Final = TYPICAL[Count.RETWEET]
REPLIES: Final = TYPICAL[Count.REPLY]
FOLLOWS: Final = TYPICAL[Count.FOLLOW]
NEGATIVES: Final = TYPICAL[Count.NEGATIVE]
REPORTS: Final = TYPICAL[Count.REPORT]


@inline_kernel
def rate(count: float, impressions: float, typical: float, strength: float) -> float:
    """A count per impression, shrunk towards the typical by `strength` impressions."""
    return (count + typical * strength) / (impressions + strength) / typical


@inline_kernel
def engagement_rate(counts: Counted, strength: float) -> float:
    """Engagements over expected engagements (COEC), shrunk towards 1."""
    typical = ENGAGEMENTS * strength
    return (counts.engaged + typical) / (counts.expected * ENGAGEMENTS + typical)


@inline_kernel
def retweet_rate(counts: Counted, strength: float) -> float:
    """Retweets per impression."""
    return rate(counts.retweet, counts.impression, RETWEETS, strength)


@inline_kernel
def reply_rate(counts: Counted, strength: float) -> float:
    """Replies per impression."""
    return rate(counts.reply, counts.impression, REPLIES, strength)


@inline_kernel
def follow_rate(counts: Counted, strength: float) -> float:
    """Follows per impression."""
    return rate(counts.follow, counts.impression, FOLLOWS, strength)


@inline_kernel
def negative_rate(counts: Counted, strength: float) -> float:
    """Complaints, mutes and blocks per impression."""
    return rate(counts.negative, counts.impression, NEGATIVES, strength)


@inline_kernel
def report_rate(counts: Counted, strength: float) -> float:
    """Reports per impression."""
    return rate(counts.report, counts.impression, REPORTS, strength)
