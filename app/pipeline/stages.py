"""The steps of a pipeline: each takes a batch and returns a narrower or a wider one."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

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
        trace.begin("gate", gate, 1)
        try:
            admits = gate.admits(query)
        except Exception as error:
            trace.forgive(error)
            return False
        trace.end(int(admits))
        if not admits:
            return False
    return True


def filter(
    stage: str, query: Query, batch: CandidateBatch, filters: Sequence[Filter], trace: Trace
) -> CandidateBatch:
    """Keep the rows that every filter keeps."""
    for filter_ in trace.each(stage, filters, len(batch.tweet)):
        kept = filter_.keep(query, batch)
        if kept.shape != batch.tweet.shape or kept.dtype != BOOL:
            _refuse(batch, kept, filter_)
        stay = int(np.count_nonzero(kept))
        if stay < trace.rows:
            batch, trace.rows = batch.take(kept), stay
    return batch


def judge(
    stage: str, query: Query, batch: CandidateBatch, filters: Sequence[Filter], trace: Trace
) -> Mask:
    """Which rows every filter keeps."""
    kept, shape = batch.everything(), batch.tweet.shape
    for filter_ in trace.each(stage, filters, len(kept)):
        mask = filter_.keep(query, batch)
        if mask.shape != shape or mask.dtype != BOOL:
            _refuse(batch, mask, filter_)
        kept &= mask
        trace.rows = kept.tobytes().count(True)  # sooner than numpy counts a few hundred
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
    rows = len(batch.tweet)
    trace.begin("rank", ranker, rows)
    batch = batch.with_columns(ranker.score(query, batch))
    base = batch[BASE]
    if not isfinite(base.dot(base)):  # one number that is none makes it none
        raise ValueError(f"{trace.component} gave a score that is not a number")
    trace.end(rows)
    return batch


def rescore(
    query: Query, batch: CandidateBatch, rescorers: Sequence[Rescorer], trace: Trace
) -> CandidateBatch:
    """Add one factor per rescorer, and `score`, which is the base score times every factor."""
    score, columns = batch[BASE], dict[str, Column]()
    for rescorer in trace.each("rescore", rescorers, len(score)):
        factor, name = rescorer.factor(query, batch), type(rescorer).__name__
        if factor.shape != score.shape:
            batch.check(factor, name)
        columns[name] = factor
        score = score * factor
    columns[SCORE] = score
    return batch.with_columns(columns)


def select(
    query: Query,
    batch: CandidateBatch,
    selector: Selector,
    allotments: Sequence[Allotment],
    trace: Trace,
) -> CandidateBatch:
    """The served rows in their served order, each with the reason and the cost of its place."""
    trace.begin("select", selector, len(batch.tweet))
    batch = selector.select(query, batch, allotments).of(batch)
    trace.end(len(batch.tweet))
    return batch


def run_side_effects(served: ServedPage, effects: Sequence[SideEffect], trace: Trace) -> bool:
    """Whether every one of them succeeded; one that fails is logged, and the others still run."""
    succeeded = True
    for effect in effects:
        trace.begin("side_effect", effect, len(served.batch))
        try:
            effect.run(served)
        except Exception as error:
            trace.forgive(error)
            succeeded = False
        else:
            trace.end(len(served.batch))
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
            trace.begin(stage, filter_, len(batch))
            kept, component = filter_.keep(query, batch), trace.component
            if kept.shape != batch.tweet.shape or kept.dtype != BOOL:
                _refuse(batch, kept, filter_)
            trace.end(int(np.count_nonzero(kept)))
            for row in np.flatnonzero(~kept):
                dropped_by[row] = dropped_by[row] or component

    ask("eligibility", eligibility)
    try:
        ask("visibility", visibility)
    except BrokenContractError:
        raise
    except Exception as error:
        raise _closed(trace, error) from error
    return dropped_by


def _closed(trace: Trace, error: Exception) -> FailedClosedError:
    return FailedClosedError(f"{trace.fail(error)} failed: {error!r}")


def _refuse(batch: CandidateBatch, mask: Mask, filter_: Filter) -> None:
    """Say what is wrong with the answer of a filter."""
    name = type(filter_).__name__
    batch.check(mask, name)
    raise BrokenContractError(f"{name} answered with {mask.dtype}, a mask is true or false")
