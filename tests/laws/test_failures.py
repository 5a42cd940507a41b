"""What happens when a part fails: forgiven, answered by another, or refused; never hidden."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from app.pipeline.batch import CandidateBatch, Column, Mask, Order
from app.pipeline.components import Allotment
from app.pipeline.failures import BrokenContractError, FailedClosedError
from app.pipeline.mixer import MixerPipeline
from app.pipeline.product import ProductPipeline
from app.pipeline.query import Query
from app.serving.engine import Engine


@dataclass(frozen=True)
class Broken:
    """Fails, whatever it is asked to be."""

    def admits(self, query: Query) -> bool:
        raise OSError("the disk is gone")

    def fetch(self, query: Query, limit: int) -> CandidateBatch:
        raise OSError("the disk is gone")

    def keep(self, query: Query, batch: CandidateBatch) -> Mask:
        raise OSError("the disk is gone")

    def score(self, query: Query, batch: CandidateBatch) -> Mapping[str, Column]:
        raise OSError("the disk is gone")

    def select(self, query: Query, batch: CandidateBatch, allotments: Sequence[Allotment]) -> Order:
        raise OSError("the disk is gone")


@dataclass(frozen=True)
class TooShort:
    """Answers for one row fewer than it was asked about."""

    def keep(self, query: Query, batch: CandidateBatch) -> Mask:
        return np.ones(len(batch) - 1, bool)

    def factor(self, query: Query, batch: CandidateBatch) -> Column:
        return np.ones(len(batch) - 1, np.float32)

    def score(self, query: Query, batch: CandidateBatch) -> Mapping[str, Column]:
        return {"base_score": np.ones(len(batch) - 1, np.float32)}


@pytest.fixture
def product(tiny_engine: Engine) -> ProductPipeline:
    return tiny_engine.products["for_you"]


@pytest.fixture
def query(tiny_engine: Engine) -> Query:
    busiest = int(tiny_engine.state.history.written.argmax())
    return tiny_engine.hydrate.query(tiny_engine.state.users.ids.id(busiest), 10)


def with_mixer(product: ProductPipeline, mixer: MixerPipeline) -> ProductPipeline:
    return replace(product, mixer=mixer)


@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_a_failing_source_is_missed_and_named(
    product: ProductPipeline, query: Query, place: int
) -> None:
    candidates = list(product.mixer.candidates)
    candidates[place] = replace(candidates[place], source=Broken())
    served = with_mixer(product, replace(product.mixer, candidates=candidates)).run(query)
    assert served.product.name == "for_you"
    assert len(served.batch) == 10
    assert served.trace.failed == ["Broken"]


@pytest.mark.parametrize(
    "change",
    [
        lambda mixer: replace(mixer, eligibility=[Broken()]),
        lambda mixer: replace(mixer, scoring=replace(mixer.scoring, ranker=Broken())),
        lambda mixer: replace(mixer, slate=[Broken()]),
        lambda mixer: replace(mixer, selector=Broken()),
        lambda mixer: replace(
            mixer, candidates=[replace(one, source=Broken()) for one in mixer.candidates]
        ),
    ],
    ids=["filter", "ranker", "slate", "selector", "every source"],
)
def test_any_other_failure_is_answered_by_the_fallback(
    product: ProductPipeline,
    query: Query,
    change: Callable[[Any], Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    served = with_mixer(product, change(product.mixer)).run(query)
    assert served.product.name == "fallback"
    assert len(served.batch) == 10
    assert "Broken" in served.trace.failed
    assert "for_you failed, fallback answers" in caplog.text
    assert "the disk is gone" in caplog.text


def test_a_failing_gate_is_closed(product: ProductPipeline, query: Query) -> None:
    served = replace(product, gates=[Broken()]).run(query)
    assert served.product.name == "discovery"


def test_visibility_fails_closed(product: ProductPipeline, query: Query) -> None:
    blind = with_mixer(product, replace(product.mixer, visibility=[Broken()]))
    with pytest.raises(FailedClosedError, match="Broken"):
        blind.run(query)
    with pytest.raises(FailedClosedError, match="Broken"):
        blind.score(query, CandidateBatch.of(np.zeros(1, np.int32), np.zeros(1, np.int32)))


@pytest.mark.parametrize(
    "change",
    [
        lambda mixer: replace(mixer, eligibility=[TooShort()]),
        lambda mixer: replace(mixer, visibility=[TooShort()]),
        lambda mixer: replace(mixer, scoring=replace(mixer.scoring, ranker=TooShort())),
        lambda mixer: replace(mixer, scoring=replace(mixer.scoring, rescorers=[TooShort()])),
        lambda mixer: replace(
            mixer, candidates=[replace(one, source=Greedy()) for one in mixer.candidates]
        ),
    ],
    ids=["filter", "visibility", "ranker", "rescorer", "source"],
)
def test_our_own_mistakes_are_never_forgiven(
    product: ProductPipeline, query: Query, change: Callable[[Any], Any]
) -> None:
    with pytest.raises(BrokenContractError):
        with_mixer(product, change(product.mixer)).run(query)


@dataclass(frozen=True)
class Greedy:
    """Fetches more than it may."""

    def fetch(self, query: Query, limit: int) -> CandidateBatch:
        rows = np.arange(limit + 1, dtype=np.int32)
        return CandidateBatch.of(rows, rows)
