"""How a ranker came to the base score of one tweet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, log
from typing import Final

LEAST: Final = exp(-60)  # for a score in single precision that is nothing


@dataclass(frozen=True, slots=True)
class FeatureValue:
    """A number that the ranker read."""

    name: str
    value: float
    average: float | None = None  # of training; None where nothing was trained
    spread: float | None = None  # the standard deviation, likewise


@dataclass(frozen=True, slots=True)
class HeadValue:
    """One predicted action, and what it adds to the value of the tweet."""

    name: str
    weight: float
    probability: float | None  # None where the head was not trained
    average: float | None  # probability, likewise
    adds: float  # weight * probability over the sum of all positive weights * averages
    log_odds: float | None = None  # of the probability, before it is rounded
    log_odds_at_average: float | None = None  # of a tweet whose every number is average
    of_features: Mapping[str, float] = field(default_factory=dict)  # add up to the difference
    error: float | None = None  # by which they miss it


@dataclass(frozen=True, slots=True)
class Worth:
    """The base score is x / (1 + x); the heads add up to `value` but for what `folded` adds, and
    `evidence` adds up to log x."""

    features: Sequence[FeatureValue]
    heads: Sequence[HeadValue]
    folded: float | None  # None where there are no heads
    evidence: Mapping[str, float]
    method: str | None = None  # of `HeadValue.of_features`

    @property
    def value(self) -> float | None:
        """What the heads are worth together, over an average impression; above 0."""
        if self.folded is None:
            return None
        return sum(head.adds for head in self.heads) + self.folded

    @property
    def log_value(self) -> float:
        """log x."""
        return sum(self.evidence.values())


def bounded_log(x: float) -> float:
    """The logarithm of a number from 0 on, which is finite."""
    return log(max(x, LEAST))
