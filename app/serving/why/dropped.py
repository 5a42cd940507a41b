"""What each filter of a feed dropped, and on what values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from app.filters.audience import Audience
from app.filters.muted import Muted
from app.filters.see_fewer import SeeFewer
from app.filters.social_graph import SocialGraph
from app.pipeline.batch import CandidateBatch
from app.pipeline.components import Filter, Ground, Grounded
from app.pipeline.mixer import MixerPipeline
from app.pipeline.product import Watched
from app.pipeline.query import Query
from app.pipeline.trace import Span
from app.serving.engine import Engine
from app.serving.why.last_round import LastRound

RELATIONS: Final = frozenset(one.__name__ for one in (SocialGraph, SeeFewer, Muted))
"""They tell whom the viewer does not want to read."""


@dataclass(frozen=True, slots=True)
class Dropping:
    span: Span
    withheld: bool
    tweets: list[tuple[int, Mapping[str, Ground]]]  # rows, and on what values each was dropped


def dropped(
    engine: Engine, query: Query, product: str, examples: int, *, relations: bool
) -> tuple[Watched, list[Dropping]]:
    """What the filters dropped of the feed that this viewer would be served now.

    Args:
        examples: how many tweets of each filter, at most.
        relations: whether filters that tell whom the viewer blocks or mutes list their tweets.
            Nobody is shown what they may not see.

    Raises:
        FailedClosedError: nobody knows what this viewer may see.
    """
    watched = engine.products[product].watch(query)
    filters = _filters(watched.product.mixer)
    audience = Audience(engine.state)
    found = []
    for span, passage in LastRound.of(watched).passages("eligibility", "visibility", "slate"):
        withheld = span.component in RELATIONS and not relations
        gone = passage.batch.take(~passage.answer)
        gone = gone.take(gone.everything() & (not withheld) & audience.keep(query, gone))
        part = filters.get(span.component)
        found.append(Dropping(span, withheld, [*_grounds(query, gone, part, examples)]))
    return watched, found


def _filters(mixer: MixerPipeline) -> dict[str, Filter]:
    return {
        type(one).__name__: one for one in (*mixer.eligibility, *mixer.visibility, *mixer.slate)
    }


def _grounds(
    query: Query, gone: CandidateBatch, part: Filter | None, examples: int
) -> Iterator[tuple[int, Mapping[str, Ground]]]:
    for place in range(min(len(gone), examples)):
        row = gone.take(np.array([place], np.intp))
        grounds: Mapping[str, Ground] = {}
        if isinstance(part, Grounded):
            grounds = part.grounds(query, row)
        yield int(row.tweet[0]), grounds
