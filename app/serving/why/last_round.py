"""The last round of a run: where filters leave too few rows, sources are asked for more, and only
what comes of that is served."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.pipeline.batch import CandidateBatch
from app.pipeline.product import Watched
from app.pipeline.stages import SCORE
from app.pipeline.trace import Span
from app.pipeline.watch import Passage


@dataclass(frozen=True, slots=True)
class LastRound:
    watched: Watched
    begin: int  # its first span
    count: int  # of rounds by the product that answered, this one included

    @classmethod
    def of(cls, watched: Watched) -> LastRound:
        spans = watched.watch.trace.spans
        ranked = [place for place, span in enumerate(spans) if span.stage == "rank"]
        return cls(watched, ranked[-2] + 1 if len(ranked) > 1 else 0, len(ranked))

    def passages(self, *stages: str) -> Iterator[tuple[Span, Passage]]:
        """What components of these stages were given and answered, in their order."""
        for place, span in self._spans():
            passage = self.watched.watch.passages.get(place)
            if span.stage in stages and passage is not None:
                yield span, passage

    def asked(self) -> dict[str, Span]:
        """The last span of each source that was asked, by its name."""
        return {span.component: span for _, span in self._spans() if span.stage == "retrieve"}

    def proposed(self) -> dict[str, CandidateBatch]:
        """What each source proposed, best first."""
        return {span.component: passage.batch for span, passage in self.passages("retrieve")}

    def candidates(self) -> CandidateBatch:
        """What was ranked."""
        *_, (_, passage) = self.passages("rank")
        return passage.batch

    def scored(self) -> CandidateBatch:
        """The same with all columns, before anything was dropped."""
        for _, passage in self.passages("visibility", "slate", "select"):
            if SCORE in passage.batch.columns:
                return passage.batch
        return self.watched.mixed.pool

    def _spans(self) -> Iterator[tuple[int, Span]]:
        spans = self.watched.watch.trace.spans
        return ((place, spans[place]) for place in range(self.begin, len(spans)))
