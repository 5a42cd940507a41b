"""Chance that is looked up, not drawn: the same question has one answer.

Policies are compared under common random numbers: whether somebody acts on a tweet hangs on the
seed, the person, the tweet and the action, and on no feed.
"""

from __future__ import annotations

from enum import IntEnum, unique
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
FIRST: Final = np.uint64(0xBF58476D1CE4E5B9)
SECOND: Final = np.uint64(0x94D049BB133111EB)
SHIFTS: Final = (np.uint64(30), np.uint64(27), np.uint64(31))
UNUSED: Final = np.uint64(11)  # a double has 53 bits
STEPS: Final = 2.0**-53

Floats = NDArray[np.float64]


@unique
class Question(IntEnum):
    """What is left to chance. Each has a stream of its own."""

    EXAMINED = 1  # by user, visit and position
    PACE = 2  # by user, visit and position
    ACTED = 3  # by user, tweet and action
    WORDING = 4  # by user and tweet
    HESITATION = 5  # by user, tweet and action
    TIE = 6  # by user and author
    PANEL = 7
    RHYTHM = 8
    FUTURE = 9
    STRESS = 10


def uniform(seed: int, question: Question, *about: ArrayLike) -> Floats:
    """A number in [0, 1) for each row of what it is about (splitmix64; Steele et al., 2014)."""
    mixed = _mix(np.array(seed, np.uint64) * np.uint64(64) + np.uint64(question))
    for part in about:
        mixed = _mix(mixed ^ np.asarray(part).astype(np.uint64))
    return np.asarray((mixed >> UNUSED) * STEPS, np.float64)


def generator(seed: int, question: Question, *about: int) -> np.random.Generator:
    """For what is drawn before the first policy is asked, or is about a few things only."""
    return np.random.default_rng([seed, int(question), *about])


def _mix(value: NDArray[np.uint64]) -> NDArray[np.uint64]:
    with np.errstate(over="ignore"):
        z = value + GOLDEN
        z = (z ^ (z >> SHIFTS[0])) * FIRST
        z = (z ^ (z >> SHIFTS[1])) * SECOND
    return np.asarray(z ^ (z >> SHIFTS[2]), np.uint64)
