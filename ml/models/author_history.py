"""The harm of the earlier tweets of an author, a feature of the safety models."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows, Times

STRENGTH: Final = 1.0  # of the prior, in tweets
CERTAIN: Final = (0.01, 0.95)  # P(harm) of each label, since moderators err
FIXED: Final = 2.0**32  # sums of whole numbers do not depend on their order


def evidence(text_score: NDArray[np.float32], label: NDArray[np.float32]) -> NDArray[np.float64]:
    """(tweets,) P(harm) of each tweet: the label of moderators, or else the score of its text."""
    guess = 1 / (1 + np.exp(-text_score.astype(np.float64)))
    return np.where(np.isnan(label), guess, np.clip(label, *CERTAIN))


def author_history(
    author: Rows, written: Times, harm: NDArray[np.float64], prior: float
) -> NDArray[np.float32]:
    """(tweets,) log-odds of the share of harm in the author's tweets before each tweet.

    Tweets of the same second do not count as before. Unknown authors (-1) have the prior.
    """
    order = np.lexsort((written, author))
    who, when = author[order], written[order]
    total = np.cumsum(np.r_[0, np.rint(harm[order] * FIXED).astype(np.int64)])
    first = np.searchsorted(who, who)
    again = np.zeros(len(who), bool)
    again[1:] = (who[1:] == who[:-1]) & (when[1:] == when[:-1])
    before = np.maximum.accumulate(np.where(again, 0, np.arange(len(who))))
    count = (before - first) * (who >= 0)
    past = (total[before] - total[first]) / FIXED * (who >= 0)
    share = (past + STRENGTH * prior) / (count + STRENGTH)
    log_odds = np.empty(len(who), np.float32)
    log_odds[order] = np.log(share / (1 - share))
    return log_odds
