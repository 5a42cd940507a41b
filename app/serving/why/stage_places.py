"""Where a tweet stood after each stage of a run, and which one dropped it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.pipeline.batch import CandidateBatch, Column
from app.pipeline.product import Watched
from app.pipeline.stages import BASE, SCORE
from app.pipeline.trace import Span
from app.pipeline.watch import Passage


@dataclass(frozen=True, slots=True)
class StagePlace:
    """A span of the trace, and what it did to the tweet."""

    span: Span
    kept: bool | None = None  # None where the tweet was not among its rows
    place: int | None = None  # from 1, of those that leave it in an order: by the score so far


def stage_places(watched: Watched, tweet: int) -> list[StagePlace]:
    """One for each span, in their order."""
    walk = _Walk(tweet)
    return [
        walk.through(span, watched.watch.passages.get(place))
        for place, span in enumerate(watched.watch.trace.spans)
    ]


def place_by(score: Column, batch: CandidateBatch, tweet: int) -> int | None:
    """The place of a tweet by a score, from 1; of equals the older row is first."""
    (rows,) = np.nonzero(batch.tweet == tweet)
    if not len(rows):
        return None
    mine = score[rows[0]]
    before = (score > mine) | ((score == mine) & (batch.tweet < tweet))
    return int(np.count_nonzero(before)) + 1


class _Walk:
    """Goes along the spans with what one has to remember of those before."""

    def __init__(self, tweet: int) -> None:
        self.tweet = tweet
        self.stage = ""
        self.gone = False  # a filter has dropped it, though others of its stage are still asked
        self.score: Column = np.empty(0, np.float32)

    def through(self, span: Span, passage: Passage | None) -> StagePlace:
        if span.stage != self.stage and span.stage in ("retrieve", "rank"):
            self.gone = False
        self.stage = span.stage
        if passage is None:
            return StagePlace(span)
        (rows,) = np.nonzero(passage.batch.tweet == self.tweet)
        if span.stage == "retrieve":
            place = int(rows[0]) + 1 if len(rows) else None
            return StagePlace(span, True if len(rows) else None, place)
        if self.gone or not len(rows):
            return StagePlace(span)
        return self._ordered(span, passage)

    def _ordered(self, span: Span, passage: Passage) -> StagePlace:
        batch, answer = passage.batch, passage.answer
        if span.stage in ("rank", "rescore"):
            self.score = answer[BASE] if span.stage == "rank" else self.score * answer
            return StagePlace(span, True, place_by(self.score, batch, self.tweet))
        if span.stage == "select":
            places = np.flatnonzero(batch.tweet[answer.order] == self.tweet)
            return StagePlace(span, bool(len(places)), int(places[0]) + 1 if len(places) else None)
        kept = bool(answer[batch.tweet == self.tweet].all())
        self.gone = not kept
        if not kept or SCORE not in batch.columns:
            return StagePlace(span, kept)
        left = batch.take(answer)
        return StagePlace(span, kept, place_by(left[SCORE], left, self.tweet))
