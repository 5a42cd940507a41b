"""The kinds of component that a pipeline is made of.

Each kind answers one question, and the type of its answer is all it can do:
a filter cannot reorder, a rescorer cannot drop, a selector cannot change a score.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from app.pipeline.batch import CandidateBatch, Column, Mask
from app.pipeline.placement import Selection
from app.pipeline.query import Query
from app.pipeline.served_page import ServedPage
from app.pipeline.worth import Worth

Ground = bool | int | float | str | None


class Gate(Protocol):
    """May this query enter?"""

    def admits(self, query: Query) -> bool: ...


class CandidateSource(Protocol):
    """Which tweets might the viewer want? At most `limit`."""

    def fetch(self, query: Query, limit: int) -> CandidateBatch: ...


class Filter(Protocol):
    """Which rows stay?"""

    def keep(self, query: Query, batch: CandidateBatch) -> Mask: ...


@runtime_checkable
class Grounded(Protocol):
    """On what values does a filter judge a single row? Every filter that asks nothing else says."""

    def grounds(self, query: Query, row: CandidateBatch) -> Mapping[str, Ground]: ...


class Ranker(Protocol):
    """How likely is each action, and what is it all worth (`base_score`, in 0–1)?"""

    def score(self, query: Query, batch: CandidateBatch) -> Mapping[str, Column]: ...


@runtime_checkable
class Explained(Protocol):
    """How did the columns come about that a ranker gave a single row? Every ranker says it."""

    def explain(self, query: Query, row: CandidateBatch) -> Worth: ...


class Rescorer(Protocol):
    """By what factor should a row's score change, whatever else is in the batch?"""

    def factor(self, query: Query, batch: CandidateBatch) -> Column: ...


@runtime_checkable
class Relative(Protocol):
    """What factor does a row have that a rescorer does not concern? It is a question to those that
    lower all other rows in order to raise some, since no factor lifts."""

    def unconcerned(self, query: Query) -> float: ...


class Allotment(Protocol):
    """The places of a page that one source may take; a `CandidatePipeline` has one."""

    @property
    def share(self) -> float | None: ...

    @property
    def present(self) -> bool: ...

    @property
    def reserved(self) -> float: ...


class Selector(Protocol):
    """Which rows are served, in which order, and why? Bit i of a row's sources is of
    `allotments[i]`."""

    def select(
        self, query: Query, batch: CandidateBatch, allotments: Sequence[Allotment]
    ) -> Selection: ...


class SideEffect(Protocol):
    """What should the world learn? Runs before the response leaves, and must not wait."""

    def run(self, served: ServedPage) -> None: ...
