"""What each filter says of a tweet by itself, and on what values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.filters.own_tweets import OwnTweets
from app.pipeline.batch import CandidateBatch
from app.pipeline.components import Filter, Ground, Grounded
from app.pipeline.mixer import MixerPipeline
from app.pipeline.query import Query


@dataclass(frozen=True, slots=True)
class Verdict:
    filter: str
    stage: str
    hard: bool  # holds whatever the tweet is worth, and whenever the viewer asks
    keeps: bool
    grounds: Mapping[str, Ground]


def verdicts(query: Query, row: CandidateBatch, mixer: MixerPipeline) -> list[Verdict]:
    """By every filter that judges rows by themselves, in their order."""
    always = {type(one) for one in (*mixer.visibility, *mixer.recheck)} | {OwnTweets}
    return [
        Verdict(
            type(one).__name__,
            stage,
            hard=type(one) in always,
            keeps=bool(one.keep(query, row)[0]),
            grounds=one.grounds(query, row) if isinstance(one, Grounded) else {},
        )
        for stage, one in _filters(mixer)
    ]


def _filters(mixer: MixerPipeline) -> Iterator[tuple[str, Filter]]:
    yield from (("eligibility", one) for one in mixer.eligibility)
    yield from (("visibility", one) for one in mixer.visibility)
