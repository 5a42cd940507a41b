"""What a policy showed at every visit, side by side."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evaluation.policies.policy import Answer
from ml.arrays import Rows

PLACES: Final = 20


@dataclass(frozen=True, slots=True)
class Recommendations:
    """Each (visits, PLACES); -1 where a place stayed empty, or nobody says who proposed it."""

    tweet: Rows
    source: NDArray[np.int8]  # position in `names`
    in_network: NDArray[np.bool_]  # by somebody whom the viewer follows
    names: list[str] = field(default_factory=list)

    @property
    def there(self) -> NDArray[np.bool_]:
        return self.tweet >= 0

    @classmethod
    def empty(cls, visits: int) -> Recommendations:
        shape = (visits, PLACES)
        return cls(np.full(shape, -1, np.int32), np.full(shape, -1, np.int8), np.zeros(shape, bool))

    def write(self, visit: int, answer: Answer, in_network: NDArray[np.bool_]) -> None:
        """Fill in one visit."""
        shown = len(answer.tweet)
        self.tweet[visit, :shown] = answer.tweet
        self.in_network[visit, :shown] = in_network
        for place, name in enumerate(answer.source or ()):
            if name not in self.names:
                self.names.append(name)
            self.source[visit, place] = self.names.index(name)
