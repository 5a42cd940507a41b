"""The same pipeline with other components in the places of its own, each under the same name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, TypeVar

from app.pipeline.components import CandidateSource, Filter, Ranker, Rescorer, Selector
from app.pipeline.mixer import MixerPipeline
from app.pipeline.scoring_pipeline import ScoringPipeline

Part = TypeVar("Part")


def same(part: Part) -> Part:
    """A component as it is."""
    return part


@dataclass(frozen=True, slots=True)
class Rewiring:
    """What takes the place of each component, by kind."""

    source: Callable[[CandidateSource], CandidateSource] = same
    filter: Callable[[Filter], Filter] = same
    ranker: Callable[[Ranker], Ranker] = same
    rescorer: Callable[[Rescorer], Rescorer] = same
    selector: Callable[[Selector], Selector] = same

    def apply(self, mixer: MixerPipeline) -> MixerPipeline:
        """The mixer with these components; it has no side effects."""
        scoring = mixer.scoring
        return replace(
            mixer,
            candidates=[replace(one, source=self.source(one.source)) for one in mixer.candidates],
            eligibility=[self.filter(one) for one in mixer.eligibility],
            scoring=ScoringPipeline(
                ranker=self.ranker(scoring.ranker),
                rescorers=[self.rescorer(one) for one in scoring.rescorers],
            ),
            visibility=[self.filter(one) for one in mixer.visibility],
            slate=[self.filter(one) for one in mixer.slate],
            selector=self.selector(mixer.selector),
            side_effects=(),
        )


def named_like(kind: type[Part], part: object, *given: Any) -> Part:
    """A component of a kind around another, with the name of that one: it is what traces and
    columns are named by."""
    base: Any = kind  # a class as a key of the cache
    made: Part = _named(base, type(part).__name__)(part, *given)
    return made


@cache
def _named(kind: Any, name: str) -> Any:  # a class, and one derived from it
    return type(name, (kind,), {"__slots__": ()})
