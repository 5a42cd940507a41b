"""What each filter of a feed dropped, and on what values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.filters.audience import Audience
from app.filters.hidden_parent import HiddenParent
from app.filters.see_fewer import SeeFewer
from app.filters.social_graph import SocialGraph
from app.pipeline.batch import CandidateBatch
from app.pipeline.components import Filter, Ground, Grounded
from app.pipeline.mixer import MixerPipeline
from app.pipeline.product import Watched
from app.pipeline.query import Query
from app.serving.engine import Engine
from app.serving.preferred_settings import products_for
from app.serving.why.last_round import LastRound
from ml.state.tables.neighborhood import Neighborhood

RELATIONS: Final = frozenset(one.__name__ for one in (SocialGraph, SeeFewer, HiddenParent))
"""They tell whom the viewer does not want to read."""


@dataclass(frozen=True, slots=True)
class Dropping:
    """One filter; where a source was asked again, it judged some tweets again."""

    stage: str
    component: str
    rows_in: int
    rows_out: int
    withheld: bool
    tweets: dict[int, Mapping[str, Ground]]  # by row: on what values each was dropped


def dropped(
    engine: Engine, query: Query, product: str, examples: int, *, relations: bool
) -> tuple[Watched, list[Dropping]]:
    """What the filters dropped of the feed that this viewer would be served now.

    Args:
        examples: how many tweets of each filter, at most.
        relations: whether tweets are listed that blocks, mutes or the wish to see less of an
            author drop. Nobody is shown what they may not see.

    Raises:
        FailedClosedError: nobody knows what this viewer may see.
    """
    watched = products_for(engine, query)[product].watch(query)
    filters, audience = _filters(watched.product.mixer), Audience(engine.state)
    asked = query if relations else _without_refusals(query)
    found: dict[tuple[str, str], Dropping] = {}
    for span, passage in LastRound.of(watched).passages("eligibility", "visibility", "slate"):
        part, gone = filters.get(span.component), passage.batch.take(~passage.answer)
        gone = gone.take(audience.keep(query, gone))
        known = ~part.keep(asked, gone) if part and span.component in RELATIONS else None
        listed = gone if known is None else gone.take(known)
        before = found.get((span.stage, span.component))
        tweets = dict(before.tweets) if before else {}
        for row in listed.tweet.tolist():
            if row not in tweets and len(tweets) < examples:
                tweets[row] = _grounds(asked, listed.take(listed.tweet == row), part)
        found[span.stage, span.component] = Dropping(
            span.stage,
            span.component,
            span.rows_in + (before.rows_in if before else 0),
            span.rows_out + (before.rows_out if before else 0),
            len(listed) < len(gone) or bool(before and before.withheld),
            tweets,
        )
    return watched, [*found.values()]


def _without_refusals(query: Query) -> Query:
    """The query as if the viewer refused nobody and nobody them."""
    around = query.neighborhood
    assert isinstance(around, Neighborhood)  # what `hydrate` makes
    return query._replace(neighborhood=around.without_refusals())


def _filters(mixer: MixerPipeline) -> dict[str, Filter]:
    return {
        type(one).__name__: one for one in (*mixer.eligibility, *mixer.visibility, *mixer.slate)
    }


def _grounds(query: Query, row: CandidateBatch, part: Filter | None) -> Mapping[str, Ground]:
    return part.grounds(query, row) if isinstance(part, Grounded) else {}
