"""The mixer is one sentence; `stages` holds its verbs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.pipeline import stages
from app.pipeline.batch import CandidateBatch
from app.pipeline.candidate_pipeline import CandidatePipeline
from app.pipeline.components import Filter, Selector
from app.pipeline.query import Query
from app.pipeline.scoring_pipeline import ScoringPipeline
from app.pipeline.trace import Trace


@dataclass(frozen=True, slots=True)
class MixerPipeline:
    candidates: Sequence[CandidatePipeline]  # the first that proposed a row is its source
    eligibility: Sequence[Filter]  # row by row, before the ranker
    scoring: ScoringPipeline
    visibility: Sequence[Filter]  # row by row, strict, fails closed
    selector: Selector
    slate: Sequence[Filter] = ()  # what may not stand beside what

    @property
    def sources(self) -> tuple[str, ...]:
        """Who each bit of a row's `sources` stands for."""
        return tuple(type(pipeline.source).__name__ for pipeline in self.candidates)

    def run(self, query: Query, trace: Trace) -> CandidateBatch:
        """The served rows, best first."""
        batch = stages.retrieve(query, self.candidates, trace)
        batch = stages.sift("eligibility", query, batch, self.eligibility, trace)
        batch = stages.rank(query, batch, self.scoring.ranker, trace)
        batch, score = stages.rescore(query, batch, self.scoring.rescorers, trace)
        batch = stages.diversify(query, batch, score, self.scoring.diversifiers, trace)
        batch = stages.show(query, batch, self.visibility, trace)
        batch = stages.sift("slate", query, batch, self.slate, trace)
        return stages.select(query, batch, self.selector, trace)

    def appraise(
        self, query: Query, batch: CandidateBatch, trace: Trace
    ) -> tuple[CandidateBatch, list[str | None]]:
        """Every given row by itself: what it is worth, and which filter would drop it."""
        dropped_by = stages.judge(query, batch, self.eligibility, self.visibility, trace)
        batch = stages.rank(query, batch, self.scoring.ranker, trace)
        batch, score = stages.rescore(query, batch, self.scoring.rescorers, trace)
        return batch.with_columns({stages.SCORE: score}), dropped_by
