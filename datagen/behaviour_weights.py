"""The planted weight of each signal (taste, tie, quality, …) on each action, in logits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

ACTIONS: Final = ("like", "retweet", "reply", "follow", "negative", "report")
# In logits: a row per signal, a column per action.
WEIGHTS: Final = {
    "one": (-7.45, -8.85, -7.95, -7.40, -4.95, -8.00),
    "taste": (3.00, 1.70, 1.50, 1.80, -1.20, 0.00),
    "kinship": (0.55, 1.10, 0.30, 0.90, -0.30, 0.00),
    "tie": (2.20, 1.30, 3.40, 0.00, -0.60, -0.80),
    "quality": (3.60, 5.00, 1.00, 3.20, -1.20, 0.00),
    "recency": (1.40, 1.00, 1.70, 0.20, 0.20, 0.20),
    "media": (0.35, 0.50, -0.20, 0.10, 0.00, 0.00),
    "toxic": (-2.00, -1.50, 1.00, -2.00, 7.50, 9.00),
    "nsfw": (-2.00, -2.00, -1.00, -2.00, 7.50, 6.00),
}
SIGNALS: Final = tuple(WEIGHTS)
HABIT_SPREAD: Final = (0.55, 0.60, 0.60, 0.50, 0.50, 0.50)  # between users, per action


@dataclass(frozen=True, slots=True)
class BehaviourWeights:
    """The constants of user behaviour; `weights` is (signals, actions)."""

    weights: NDArray[np.float32]
    half_life_hours: float = 12.0
    examination_decay: float = 0.25


def planted_weights() -> BehaviourWeights:
    """The weights of every generated world: an oracle ranks engagement with an AUC near 0.845, a
    tweet's past rate alone with one near 0.555."""
    return BehaviourWeights(np.array(list(WEIGHTS.values()), np.float32))
