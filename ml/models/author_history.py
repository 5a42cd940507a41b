"""What were the earlier tweets of an author like? Who was abusive ten times will be again."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows, Times

STRENGTH: Final = 1.0  # so many tweets of the average author stand at the beginning
CERTAIN: Final = (0.01, 0.95)  # moderators err as well
FIXED: Final = 2.0**32  # sums of whole numbers do not depend on their order


def evidence(said: NDArray[np.float32], label: NDArray[np.float32]) -> NDArray[np.float64]:
    """(tweets,) how harmful each tweet was: what moderators declared, or else what it says."""
    guess = 1 / (1 + np.exp(-said.astype(np.float64)))
    return np.where(np.isnan(label), guess, np.clip(label, *CERTAIN))


def record(
    author: Rows, written: Times, harm: NDArray[np.float64], prior: float
) -> NDArray[np.float32]:
    """(tweets,) log-odds of the share of harm in what each author wrote before each tweet.

    What was written in the same second is not before. Of unknown authors nothing is known.
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
