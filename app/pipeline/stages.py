"""The steps of a pipeline: each takes a batch and returns a narrower or a wider one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.pipeline.batch import BOOL, CandidateBatch, Column, Mask
from app.pipeline.components import (
    Allotment,
    Filter,
    Gate,
    Ranker,
    Rescorer,
    Selector,
    SideEffect,
)
from app.pipeline.failures import BrokenContractError, FailedClosedError
from app.pipeline.query import Query
from app.pipeline.served_page import ServedPage
from app.pipeline.trace import Trace

BASE, SCORE = "base_score", "score"  # the columns that the ranker and the rescorers end in


def admit(query: Query, gates: Sequence[Gate], trace: Trace) -> bool:
    """Whether every gate is open; one that fails is closed."""
    for gate in gates:
        admits = False
        with trace.span("gate", gate, 1, forgive=True) as span:
            admits = gate.admits(query)
            span.rows_out = int(admits)
        if not admits:
            return False
    return True


def filter(
    stage: str, query: Query, batch: CandidateBatch, filters: Sequence[Filter], trace: Trace
) -> CandidateBatch:
    """Keep the rows that every filter keeps."""
    for filter_ in filters:
        with trace.span(stage, filter_, len(batch)) as span:
            kept = _mask(query, batch, filter_)
            span.rows_out = int(np.count_nonzero(kept))
            if span.rows_out < span.rows_in:
                batch = batch.take(kept)
    return batch


def judge(
    stage: str, query: Query, batch: CandidateBatch, filters: Sequence[Filter], trace: Trace
) -> Mask:
    """Which rows every filter keeps."""
    kept, rows = batch.everything(), len(batch)
    for filter_ in filters:
        with trace.span(stage, filter_, rows) as span:
            kept &= _mask(query, batch, filter_)
            span.rows_out = rows = int(np.count_nonzero(kept))
    return kept


def judge_visibility(
    query: Query, batch: CandidateBatch, filters: Sequence[Filter], trace: Trace
) -> Mask:
    """Which rows may be shown; where that cannot be known, show nothing."""
    try:
        return judge("visibility", query, batch, filters, trace)
    except BrokenContractError:
        raise
    except Exception as error:
        raise _closed(trace, error) from error


def filter_visibility(
    query: Query, batch: CandidateBatch, filters: Sequence[Filter], trace: Trace
) -> CandidateBatch:
    """Keep the rows that may be shown; where that cannot be known, show nothing."""
    visible = judge_visibility(query, batch, filters, trace)
    return batch if visible.all() else batch.take(visible)


def rank(query: Query, batch: CandidateBatch, ranker: Ranker, trace: Trace) -> CandidateBatch:
    """Add the ranker's columns, among them `base_score`."""
    with trace.span("rank", ranker, len(batch)) as span:
        batch = batch.with_columns(ranker.score(query, batch))
        if not np.isfinite(batch[BASE]).all():
            raise ValueError(f"{span.component} gave a score that is not a number")
    return batch


def rescore(
    query: Query, batch: CandidateBatch, rescorers: Sequence[Rescorer], trace: Trace
) -> CandidateBatch:
    """Add one factor per rescorer, and `score`, which is the base score times every factor."""
    score = batch[BASE]
    factors: dict[str, Column] = {}
    for rescorer in rescorers:
        with trace.span("rescore", rescorer, len(batch)) as span:
            factor = rescorer.factor(query, batch)
            batch.check(factor, span.component)
            factors[span.component] = factor
            score = score * factor
    return batch.with_columns({**factors, SCORE: score})


def select(
    query: Query,
    batch: CandidateBatch,
    selector: Selector,
    allotments: Sequence[Allotment],
    trace: Trace,
) -> CandidateBatch:
    """The served rows in their served order, each with the reason and the cost of its place."""
    with trace.span("select", selector, len(batch)) as span:
        batch = selector.select(query, batch, allotments).of(batch)
        span.rows_out = len(batch)
    return batch


def run_side_effects(served: ServedPage, effects: Sequence[SideEffect], trace: Trace) -> bool:
    """Whether every one of them succeeded; one that fails is logged, and the others still run."""
    succeeded = True
    for effect in effects:
        with trace.span("side_effect", effect, len(served.batch), forgive=True) as span:
            effect.run(served)
        succeeded = succeeded and span.error is None
    return succeeded


def explain_filters(
    query: Query,
    batch: CandidateBatch,
    eligibility: Sequence[Filter],
    visibility: Sequence[Filter],
    trace: Trace,
) -> list[str | None]:
    """For each row the name of the first filter that would drop it, or None."""
    dropped_by: list[str | None] = [None] * len(batch)

    def ask(stage: str, filters: Sequence[Filter]) -> None:
        for filter_ in filters:
            with trace.span(stage, filter_, len(batch)) as span:
                kept = _mask(query, batch, filter_)
                span.rows_out = int(kept.sum())
            for row in np.flatnonzero(~kept):
                dropped_by[row] = dropped_by[row] or span.component

    ask("eligibility", eligibility)
    try:
        ask("visibility", visibility)
    except BrokenContractError:
        raise
    except Exception as error:
        raise _closed(trace, error) from error
    return dropped_by


def _closed(trace: Trace, error: Exception) -> FailedClosedError:
    return FailedClosedError(f"{trace.spans[-1].component} failed: {error!r}")


def _mask(query: Query, batch: CandidateBatch, filter_: Filter) -> Mask:
    mask = filter_.keep(query, batch)
    name = type(filter_).__name__
    batch.check(mask, name)
    if mask.dtype != BOOL:
        raise BrokenContractError(f"{name} answered with {mask.dtype}, a mask is true or false")
    return mask
