"""The probability that a viewer likes a topic, from what they did about it in the last days."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ml.features.rates import ENGAGEMENTS
from ml.state.feature_state import FeatureState
from ml.state.structures.tokens import Tokens
from ml.state.tables.counted import engaged
from ml.state.tables.counts import COMPLAINTS, Count

LIKED: Final = 2.5 * ENGAGEMENTS  # how often people engage with topics that they like
OTHER: Final = 0.4 * ENGAGEMENTS  # and with other topics
REFUSED: Final = 2.0  # log-odds that a complaint speaks against a topic
BEFORE: Final = 0.05  # prior: the share of undeclared topics that a viewer likes


def liking(state: FeatureState, viewer: int, topic: Tokens, now: int) -> NDArray[np.float64]:
    """(topics,) the probability that the viewer likes each topic: Bayes' rule over two rates.

    It reads the counts of the last days only: a topic passed by a month ago may be liked now.
    """
    who = np.full(len(topic), viewer, np.int32)
    counts = state.topic_counts_lately.read(who, topic.view(np.int32), now)
    yes = engaged(counts)
    no = np.maximum(counts[:, Count.IMPRESSION] - yes, 0)
    log_odds = yes * np.log(LIKED / OTHER) + no * np.log((1 - LIKED) / (1 - OTHER))
    log_odds -= REFUSED * counts[:, COMPLAINTS].sum(axis=1)
    likely: NDArray[np.float64] = 1 / (1 + (1 - BEFORE) / BEFORE * np.exp(-log_odds))
    return likely
