"""A score that is learned from the state anew every so often."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from evaluation.policies.policy import Moment, Score, Values
from ml.arrays import Rows
from ml.state.feature_state import FeatureState


@dataclass(slots=True)
class Refitted:
    """The score as of the last fit, which is `stale_seconds` old at most."""

    fit: Callable[[FeatureState], Score]
    stale_seconds: float
    fitted_at: int | None = None
    score: Score | None = field(default=None, repr=False)

    @classmethod
    def over(cls, fit: Callable[[FeatureState], Score], seconds: float, fits: int) -> Self:
        """At most so many fits, evenly over so many seconds."""
        return cls(fit, max(seconds / fits, 1.0))

    def __call__(self, moment: Moment, tweet: Rows) -> Values:
        now = moment.query.now
        if self.score is None or now - (self.fitted_at or 0) >= self.stale_seconds:
            self.score, self.fitted_at = self.fit(moment.state), now
        return self.score(moment, tweet)
