"""Candidates: what the sources propose and every filter keeps, up to the limit of each source."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from app.pipeline.batch import CandidateBatch, Order, Rows, joined, merged
from app.pipeline.candidate_pipeline import CandidatePipeline
from app.pipeline.components import Filter
from app.pipeline.failures import BrokenContractError
from app.pipeline.query import Query
from app.pipeline.stages import admit, judge, judge_visibility
from app.pipeline.trace import Trace

BEYOND: Final = 96  # rows proposed beyond a limit, to replace those that are dropped
FURTHER: Final = 4  # times as many, where these do not suffice


def retrieve(
    query: Query,
    pipelines: Sequence[CandidatePipeline],
    eligibility: Sequence[Filter],
    visibility: Sequence[Filter],
    trace: Trace,
) -> CandidateBatch:
    """Ask every source whose gates admit; one that fails is traced and missed.

    Sources propose more than their limits, so that neither what is not eligible nor what may not
    be shown takes a place from other rows: all proposals are judged at once, and the best that stay
    take the places of their source. A source that has places left, and may know more, is asked for
    more.

    Returns:
        One row per tweet, all of them eligible and visible.

    Raises:
        BrokenContractError: a source proposed too much, or the answer of a filter is no mask.
        FailedClosedError: a visibility filter failed.
        RuntimeError: every source failed.
    """
    asked = [
        bit for bit, one in enumerate(pipelines) if not one.gates or admit(query, one.gates, trace)
    ]
    found: list[CandidateBatch] = []
    waiting, beyond = asked, BEYOND
    while waiting:
        proposals = _proposals(query, pipelines, waiting, beyond, trace)
        if not proposals:
            break
        batch = joined(proposals)
        stays = judge("eligibility", query, batch, eligibility, trace)
        stays &= judge_visibility(query, batch, visibility, trace)
        places: list[Rows | Order] = []
        waiting, start = [], 0
        for bit, proposal in proposals.items():
            limit, rows = pipelines[bit].limit, len(proposal.tweet)
            end = start + rows
            first = proposal.first(stays[start:end], limit)
            if len(first) < limit and rows == limit + beyond:
                waiting.append(bit)
            else:
                places.append(first + start)
            start = end
        if places:
            found.append(batch.take(np.concatenate(places, dtype=np.intp)))
        beyond *= FURTHER
    if asked and not found:
        raise RuntimeError("every source failed")
    return merged(found)


def have_more(batch: CandidateBatch, pipelines: Sequence[CandidatePipeline]) -> bool:
    """Whether a source filled its places, so that it may have more."""
    return any(
        0 < pipeline.limit <= int(np.count_nonzero(batch.sources & np.uint32(1 << bit)))
        for bit, pipeline in enumerate(pipelines)
    )


def _proposals(
    query: Query,
    pipelines: Sequence[CandidatePipeline],
    asked: Sequence[int],
    beyond: int,
    trace: Trace,
) -> dict[int, CandidateBatch]:
    """What each of these sources proposes, best first, unless it fails."""
    proposals: dict[int, CandidateBatch] = {}
    for bit in asked:
        source, limit = pipelines[bit].source, pipelines[bit].limit + beyond
        trace.begin("retrieve", source, 0)
        try:
            proposal = source.fetch(query, limit)
        except Exception as error:
            trace.forgive(error)
            continue
        rows = len(proposal.tweet)
        if rows > limit:
            raise BrokenContractError(f"{trace.component} fetched {rows} rows of at most {limit}")
        trace.end(rows)
        proposals[bit] = proposal
    return proposals
