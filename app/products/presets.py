"""What each action is worth: weights of the heads, by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ml.heads import HEADS


@dataclass(frozen=True, slots=True)
class Preset:
    """Weights per probability; or, where `per_average`, what an average impression contributes
    to the sum, whatever the head's base rate."""

    weights: Mapping[str, float]
    per_average: bool = False

    def resolve(self, means: Mapping[str, float]) -> dict[str, float]:
        """Weights per probability, for heads of these mean probabilities."""
        if not self.per_average:
            return dict(self.weights)
        return {
            name: share / means[name]
            for name, share in self.weights.items()
            if means.get(name, 0) > 0
        }


PRESETS: Final[Mapping[str, Preset]] = {
    "balanced": Preset({head.name: head.balance for head in HEADS}, per_average=True),
}
