"""Rates that few observations cannot make extreme."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ml.features.pairs import Values
from ml.state.structures.counters import Counts
from ml.state.tables.counts import ENGAGED, Count

TYPICAL: Final = {  # per impression; what a rate is shrunk towards
    Count.LIKE: 0.05,
    Count.RETWEET: 0.012,
    Count.REPLY: 0.012,
    Count.FOLLOW: 0.003,
    Count.NEGATIVE: 0.006,
    Count.REPORT: 0.001,
}


def log1p(counts: NDArray[np.floating] | NDArray[np.integer]) -> Values:
    """Log of one more than each count."""
    logs: Values = np.log1p(counts)
    return logs


def engaged(counts: Counts) -> Values:
    """Likes, retweets and replies together."""
    total: Values = counts[:, ENGAGED[0]] + 0
    for kind in ENGAGED[1:]:  # adding beats picking out
        total += counts[:, kind]
    return total


def rate(counts: Counts, kind: Count, strength: float) -> Values:
    """Log of `kind` per impression, shrunk towards the typical by `strength` impressions."""
    per = (counts[:, kind] + TYPICAL[kind] * strength) / (counts[:, Count.IMPRESSION] + strength)
    return np.log(per / TYPICAL[kind])


def engagement_rate(counts: Counts, strength: float) -> Values:
    """Log of engagements per impression, shrunk likewise."""
    typical = sum(TYPICAL[kind] for kind in ENGAGED)
    per = (engaged(counts) + typical * strength) / (counts[:, Count.IMPRESSION] + strength)
    return np.log(per / typical)
