"""What does each part of the product earn? The product without it, one part at a time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.pipeline.mixer import MixerPipeline
from app.rankers.heavy import HeavyRanker, Predict
from app.selectors.top_k import TopK
from app.serving.engine import Engine
from evaluation.metrics.resample import Figure, Figures
from evaluation.policies.policy import PRODUCT, Policy
from evaluation.policies.product import Product, answering, with_mixers
from ml.bundle import Bundle
from ml.embeddings.encoder import Vectors
from ml.evidence.columns import GROUPS as EVIDENCE
from ml.evidence.columns import reads
from ml.features import GROUPS, NAMES, Pairs

Floats = NDArray[np.float32]

Change = Callable[[MixerPipeline], MixerPipeline]

KINDS: Final = ["source", "features", "evidence", "rescorer", "visibility", "slate", "selector"]
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

    kind: str  # of `KINDS`
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


def parts(engine: Engine, bundle: Bundle, answered: Collection[str]) -> list[Part]:
    """Every part that can be left out, in the order in which they run; of the products that
    answered anybody, wherever one stands in."""
    product = engine.products[PRODUCT]
    named = {
        (kind, name): change
        for answering_one in answering(product)
        if answering_one.name in answered
        for kind, name, change in _without(answering_one.mixer, bundle)
    }
    return [
        Part(kind, name, Product(with_mixers(product, change)))
        for (kind, name), change in sorted(named.items(), key=lambda item: KINDS.index(item[0][0]))
    ]


def earned(part: Part, with_it: Figures, without: Figures) -> Earned:
    """The difference that the part makes to each figure."""
    shared = [name for name in BETTER if name in with_it]
    return Earned(part.kind, part.name, {name: with_it[name] - without[name] for name in shared})


def _without(mixer: MixerPipeline, bundle: Bundle) -> Iterator[tuple[str, str, Change]]:
    scoring = mixer.scoring
    for pipeline in mixer.candidates:
        yield "source", _name(pipeline.source), partial(_sourceless, _name(pipeline.source))
    if isinstance(scoring.ranker, HeavyRanker):
        for group in GROUPS:
            yield "features", group, partial(_blind, group, bundle)
    if isinstance(scoring.ranker, HeavyRanker) and scoring.ranker.listwise is not None:
        for group, plain in EVIDENCE.items():
            yield "evidence", group, partial(_unweighed, plain)
    for part in scoring.rescorers:
        yield "rescorer", _name(part), partial(_unscored, _name(part))
    for kind in ("visibility", "slate"):
        for part in getattr(mixer, kind):
            yield kind, _name(part), partial(_unfiltered, kind, _name(part))
    if not isinstance(mixer.selector, TopK):
        yield "selector", _name(mixer.selector), lambda mixer: replace(mixer, selector=TopK())


def _sourceless(name: str, mixer: MixerPipeline) -> MixerPipeline:
    """It stays, so that shares keep theirs, and finds nothing."""
    candidates = [
        replace(one, limit=0) if _name(one.source) == name else one for one in mixer.candidates
    ]
    return replace(mixer, candidates=candidates)


def _blind(group: str, bundle: Bundle, mixer: MixerPipeline) -> MixerPipeline:
    """The heads are shown the average of some features, and those are no evidence."""

    def blind(ranker: HeavyRanker) -> HeavyRanker:
        names = [feature.__name__ for feature in GROUPS[group]]
        blinded = replace(ranker, predict=Blind.to(group, ranker.predict, bundle))
        return _without_evidence(names, blinded)

    return _with_ranker(blind, mixer)


def _unweighed(plain: Collection[str], mixer: MixerPipeline) -> MixerPipeline:
    """Some evidence says the same of every tweet."""
    return _with_ranker(partial(_without_evidence, plain), mixer)


def _without_evidence(plain: Collection[str], ranker: HeavyRanker) -> HeavyRanker:
    if ranker.listwise is None:
        return ranker
    model = ranker.listwise.model
    kept = replace(model, weight=np.where(reads(plain), np.float32(0), model.weight))
    return replace(ranker, listwise=replace(ranker.listwise, model=kept))


def _with_ranker(
    change: Callable[[HeavyRanker], HeavyRanker], mixer: MixerPipeline
) -> MixerPipeline:
    ranker = mixer.scoring.ranker
    if not isinstance(ranker, HeavyRanker):
        return mixer
    return replace(mixer, scoring=replace(mixer.scoring, ranker=change(ranker)))


def _unscored(name: str, mixer: MixerPipeline) -> MixerPipeline:
    rest = _rest(name, mixer.scoring.rescorers)
    return replace(mixer, scoring=replace(mixer.scoring, rescorers=rest))


def _unfiltered(kind: str, name: str, mixer: MixerPipeline) -> MixerPipeline:
    return replace(mixer, **{kind: _rest(name, getattr(mixer, kind))})


def _rest(name: str, components: Sequence[object]) -> Any:  # components of the same kind
    return [other for other in components if _name(other) != name]


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
