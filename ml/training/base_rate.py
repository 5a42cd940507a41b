"""How common harm is where a model serves, from texts that nobody labelled.

Expectation maximisation (Saerens, Latinne and Decaestecker, 2002): if harmful and clean texts look
the same here and there and only their shares differ, the shares here are those that the corrected
probabilities add up to.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

ROUNDS: Final = 1_000
CLOSE: Final = 1e-7
BOUNDS: Final = (1e-3, 1 - 1e-3)


def estimate(log_odds: NDArray[np.floating], trained: float) -> float:
    """The share of harmful texts.

    Args:
        log_odds: (texts,) calibrated at the share `trained`.
    """
    at_even = log_odds.astype(np.float64) - _log_odds(trained)
    share = trained
    for _ in range(ROUNDS):
        before, share = share, float(np.mean(1 / (1 + np.exp(-(at_even + _log_odds(share))))))
        share = min(max(share, BOUNDS[0]), BOUNDS[1])
        if abs(share - before) < CLOSE:
            break
    return share


def shift(trained: float, serving: float) -> float:
    """What to add to log-odds at one share, so that they are at the other."""
    return _log_odds(serving) - _log_odds(trained)


def _log_odds(share: float) -> float:
    return float(np.log(share / (1 - share)))
