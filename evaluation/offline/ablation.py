"""What does each part of the product earn? The product without it, one part at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.pipeline.mixer import MixerPipeline
from app.rankers.heavy import HeavyRanker, Predict
from app.selectors.top_k import TopK
from app.serving.engine import Engine
from evaluation.metrics.resample import Figure, Figures
from evaluation.policies.policy import Policy
from evaluation.policies.product import Product, with_mixer
from ml.bundle import Bundle
from ml.embeddings.encoder import Vectors
from ml.features import GROUPS, NAMES, Pairs

Floats = NDArray[np.float32]

PREFIX: Final = "without "
ERRORS: Final = 3.0  # so many differences are looked at that one in twenty would be several
BETTER: Final = {  # what a part may earn, and which way is up
    "value@10": 1,
    "value_ndcg@10": 1,
    "ndcg@10": 1,
    "recall@20": 1,
    "unwelcome@10": -1,
    "unsafe@10": -1,
    "author_diversity@10": 1,
    "thread_diversity@10": 1,
    "creator_gini@10": -1,
}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the product, and the product without it."""

    kind: str  # source, features, rescorer, diversifier, visibility, slate, selector
    name: str
    policy: Policy

    @property
    def label(self) -> str:
        return f"{PREFIX}{self.kind} {self.name}"


@dataclass(frozen=True, slots=True)
class Earned:
    """What the product has with a part, less what it has without."""

    kind: str
    name: str
    differences: Mapping[str, Figure]

    @property
    def earns(self) -> list[str]:
        """The figures that the part improves, beyond chance."""
        return self._moved(1)

    @property
    def costs(self) -> list[str]:
        """The figures that it worsens, beyond chance."""
        return self._moved(-1)

    def _moved(self, way: int) -> list[str]:
        beyond = {name: by.value for name, by in self.differences.items() if by.beyond(ERRORS)}
        return [name for name, value in beyond.items() if way * value * BETTER[name] > 0]


def parts(engine: Engine, bundle: Bundle) -> list[Part]:
    """Every part that can be left out, in the order in which they run."""
    product = engine.products["for_you"]
    return [
        Part(kind, name, Product(with_mixer(product, mixer)))
        for kind, name, mixer in _without(product.mixer, bundle)
    ]


def earned(part: Part, with_it: Figures, without: Figures) -> Earned:
    """The difference that the part makes to each figure."""
    shared = [name for name in BETTER if name in with_it]
    return Earned(part.kind, part.name, {name: with_it[name] - without[name] for name in shared})


def _without(mixer: MixerPipeline, bundle: Bundle) -> Iterator[tuple[str, str, MixerPipeline]]:
    scoring = mixer.scoring
    for place, pipeline in enumerate(mixer.candidates):  # it stays, so that shares keep theirs
        candidates = [*mixer.candidates]
        candidates[place] = replace(pipeline, limit=0)
        yield "source", _name(pipeline.source), replace(mixer, candidates=candidates)
    ranker = scoring.ranker
    if isinstance(ranker, HeavyRanker):
        for group in GROUPS:
            blind = replace(ranker, predict=Blind.to(group, ranker.predict, bundle))
            yield "features", group, replace(mixer, scoring=replace(scoring, ranker=blind))
    for kind, others in (("rescorer", "rescorers"), ("diversifier", "diversifiers")):
        for name, rest in _each_left_out(getattr(scoring, others)):
            yield kind, name, replace(mixer, scoring=replace(scoring, **{others: rest}))
    for kind in ("visibility", "slate"):
        for name, rest in _each_left_out(getattr(mixer, kind)):
            yield kind, name, replace(mixer, **{kind: rest})
    if not isinstance(mixer.selector, TopK):
        yield "selector", _name(mixer.selector), replace(mixer, selector=TopK())


def _each_left_out(components: Sequence[object]) -> Iterator[tuple[str, Any]]:
    """The name of each component, and all the others."""
    for component in components:
        yield _name(component), [other for other in components if other is not component]


def _name(component: object) -> str:
    return type(component).__name__


@dataclass(frozen=True, slots=True)
class Blind:
    """The same model, shown the average of some features in place of what they are.

    It was trained with them, so this is what the trained model would lose, not what another one,
    trained without them, could do.
    """

    predict: Predict
    columns: NDArray[np.intp]
    average: Floats
    vectors: bool  # the two-tower vectors, too

    def __call__(self, x: Pairs, features: Floats) -> Mapping[str, Floats]:
        seen = features.copy()
        seen[:, self.columns] = self.average[self.columns]
        if self.vectors:
            x = Tasteless(x.state, x.encoder, x.viewer, x.tweet, x.now)
        return self.predict(x, seen)

    @classmethod
    def to(cls, group: str, predict: Predict, bundle: Bundle) -> Blind:
        columns = np.array([NAMES.index(feature.__name__) for feature in GROUPS[group]])
        average: Floats = bundle.models.ranker.mean.numpy()
        return cls(predict, columns, average, vectors=group == "embedding")


class Tasteless(Pairs):
    """The same pairs, had nobody encoded the viewers."""

    @cached_property
    def vectors(self) -> Vectors:
        return np.zeros((len(self.viewers.row), self.encoder.tweets.vector.shape[1]), np.float32)
