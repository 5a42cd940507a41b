"""The probability that a viewer likes a topic, from what they did about it in the last days."""

from __future__ import annotations

from math import exp, log
from typing import Final

from ml.features.rates import ENGAGEMENTS
from ml.kernels import kernel
from ml.state.structures.counters import CountTable, fade
from ml.state.tables.counts import COMPLAINTS, ENGAGED, Count

LIKED: Final = 2.5 * ENGAGEMENTS  # how often people engage with topics that they like
OTHER: Final = 0.4 * ENGAGEMENTS  # and with other topics
REFUSED: Final = 2.0  # log-odds that a complaint speaks against a topic
BEFORE: Final = 0.05  # prior: the share of undeclared topics that a viewer likes
_YES: Final = log(LIKED / OTHER)
_NO: Final = log((1 - LIKED) / (1 - OTHER))
_IMPRESSION: Final = int(Count.IMPRESSION)
_ENGAGED: Final = tuple(int(kind) for kind in ENGAGED)
_COMPLAINTS: Final = tuple(int(kind) for kind in COMPLAINTS)


@kernel
def liking(counts: CountTable, row: int, now: int) -> float:
    """The probability that the viewer of a row of (viewer, topic) likes the topic; -1 where they
    never met: Bayes' rule over two rates.

    It reads the counts of the last days only: a topic passed by a month ago may be liked now.
    """
    log_odds = 0.0
    if row >= 0:
        yes = refused = 0.0
        for kind in _ENGAGED:
            yes += counts.value[row, kind]
        for kind in _COMPLAINTS:
            refused += counts.value[row, kind]
        no = max(counts.value[row, _IMPRESSION] - yes, 0.0)
        log_odds = fade(counts, row, now) * (yes * _YES + no * _NO - refused * REFUSED)
    return 1 / (1 + (1 - BEFORE) / BEFORE * exp(-log_odds))
