"""A page from its candidates to its side effects; `stages` holds the steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np

from app.pipeline import stages
from app.pipeline.batch import CandidateBatch, Rows
from app.pipeline.candidate_pipeline import CandidatePipeline
from app.pipeline.components import Filter, Selector, SideEffect
from app.pipeline.placement import COST, RULE
from app.pipeline.query import Query
from app.pipeline.retrieve import have_more, retrieve
from app.pipeline.scoring_pipeline import ScoringPipeline
from app.pipeline.served_page import ServedPage
from app.pipeline.trace import Trace

PLACE: Final = "place"  # in the order of a feed, from 0
FULL_POOL: Final = 100  # rows of the longest page: the order does not depend on the limit asked for
DEEPER: Final = 4  # times as many candidates of each source, where a pool would be shorter


class Mixed(NamedTuple):
    """The rows that are served, in their order, and all rows that could have been, in the same."""

    batch: CandidateBatch
    pool: CandidateBatch


@dataclass(frozen=True)
class MixerPipeline:
    candidates: Sequence[CandidatePipeline]  # the first that proposed a row is its source
    eligibility: Sequence[Filter]  # row by row
    scoring: ScoringPipeline
    visibility: Sequence[Filter]  # row by row, strict, fails closed
    selector: Selector
    slate: Sequence[Filter] = ()  # what may not stand beside what
    recheck: Sequence[Filter] = ()  # applied again to a stored pool, for a later page
    side_effects: Sequence[SideEffect] = ()  # of every page, before it leaves

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """The source that each bit of a row's `sources` stands for."""
        return tuple(type(pipeline.source).__name__ for pipeline in self.candidates)

    def run(self, query: Query, trace: Trace) -> Mixed:
        """The first page. Where filters leave too few rows, sources that have more are asked for
        more: a page is short only where nothing is left."""
        candidates = self.candidates
        while True:
            found = retrieve(query, candidates, self.eligibility, self.visibility, trace)
            pool = self._pool(query, found, trace)
            if len(pool) >= FULL_POOL or not have_more(found, candidates):
                break
            candidates = [replace(one, limit=one.limit * DEEPER) for one in candidates]
        whole = query._replace(limit=len(pool))
        pool = stages.select(whole, pool, self.selector, self.candidates, trace)
        return Mixed(pool.head(query.limit), pool)

    def _pool(self, query: Query, batch: CandidateBatch, trace: Trace) -> CandidateBatch:
        """The rows that may be served, with their scores."""
        batch = stages.rank(query, batch, self.scoring.ranker, trace)
        batch = stages.rescore(query, batch, self.scoring.rescorers, trace)
        return stages.filter("slate", query, batch, self.slate, trace)

    def next_page(
        self, query: Query, pool: CandidateBatch, place: int, trace: Trace
    ) -> tuple[CandidateBatch, int, Rows]:
        """A later page of a stored pool, from a place on, the place behind it, and the
        tweets of the page and of all later ones.

        The order is that of the first page, and so is why a row stands there; all other numbers are
        as of now.
        """
        columns = {name: pool[name][place:] for name in (RULE, COST) if name in pool.columns}
        columns[PLACE] = np.arange(place, len(pool), dtype=np.float32)
        rest = CandidateBatch(
            pool.tweet[place:], pool.author[place:], pool.sources[place:], columns
        )
        rest = stages.filter_visibility(query, rest, self.recheck, trace)
        batch = stages.rank(query, rest, self.scoring.ranker, trace)
        batch = stages.rescore(query, batch, self.scoring.rescorers, trace)
        page = batch.head(query.limit)
        return page, int(page[PLACE][-1]) + 1 if len(page) else len(pool), batch.tweet

    def run_side_effects(self, served: ServedPage, trace: Trace) -> bool:
        """Run the side effects of a page; whether all succeeded."""
        return stages.run_side_effects(served, self.side_effects, trace)

    def score(
        self, query: Query, batch: CandidateBatch, trace: Trace
    ) -> tuple[CandidateBatch, list[str | None]]:
        """Score every given row by itself, and name the first filter that would drop it."""
        dropped_by = stages.explain_filters(query, batch, self.eligibility, self.visibility, trace)
        batch = stages.rank(query, batch, self.scoring.ranker, trace)
        return stages.rescore(query, batch, self.scoring.rescorers, trace), dropped_by
