"""Who proposed a tweet, at which place, and whether it took one of the places of that source."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.pipeline.mixer import DEEPER
from app.serving.why.last_round import LastRound


@dataclass(frozen=True, slots=True)
class Proposal:
    source: str
    asked: bool  # whether its gates admit the viewer
    error: str | None
    limit: int  # of the rows that it may bring
    rows: int  # that it proposed, some of which may replace others that are dropped
    place: int | None  # of the tweet among them, from 1
    taken: bool  # whether the tweet is one of the rows that it brought
    share: float | None
    reserved: float


def proposals(last: LastRound, tweet: int) -> list[Proposal]:
    """What each source did about a tweet, in their order."""
    asked, proposed, candidates = last.asked(), last.proposed(), last.candidates()
    marks = int(np.bitwise_or.reduce(candidates.sources[candidates.tweet == tweet], initial=0))
    deeper = DEEPER ** (last.count - 1)
    found = []
    for bit, pipeline in enumerate(last.watched.product.mixer.candidates):
        name = type(pipeline.source).__name__
        rows = proposed[name].tweet if name in proposed else np.empty(0, np.int32)
        places = np.flatnonzero(rows == tweet)
        found.append(
            Proposal(
                name,
                asked=name in asked,
                error=asked[name].error if name in asked else None,
                limit=pipeline.limit * deeper,
                rows=len(rows),
                place=int(places[0]) + 1 if len(places) else None,
                taken=bool(marks >> bit & 1),
                share=pipeline.share,
                reserved=pipeline.reserved,
            )
        )
    return found
