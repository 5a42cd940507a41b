"""One tweet explained: the feed is made as for its viewer, and watched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.filters.audience import Audience
from app.pipeline.batch import CandidateBatch
from app.pipeline.components import Explained
from app.pipeline.product import ProductPipeline, Watched
from app.pipeline.query import Query
from app.pipeline.stages import SCORE, filter_visibility
from app.pipeline.trace import Trace
from app.pipeline.worth import Worth
from app.serving.engine import Engine
from app.serving.preferred_settings import products_for
from app.serving.why.last_round import LastRound
from app.serving.why.proposals import Proposal, proposals
from app.serving.why.stage_places import StagePlace, place_by, stage_places
from app.serving.why.to_enter import Entry, to_enter
from app.serving.why.verdicts import Verdict, verdicts
from ml.state.tables.neighborhood import Neighborhood, absent


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why one tweet stands where it stands in the feed of one viewer."""

    query: Query
    watched: Watched
    row: CandidateBatch  # the tweet alone, with all its columns
    in_company: bool  # whether it was scored among the others; else by itself, as nobody brought it
    place: int | None  # in it, from 1
    dropped_by: str | None
    in_favor_of: int | None  # the tweet that stays in its place, where two cannot both
    proposals: Sequence[Proposal]
    verdicts: Sequence[Verdict]
    stages: Sequence[StagePlace]
    worth: Worth
    entry: Entry | None  # None where it is on the page, and where no change lets it enter

    @property
    def product(self) -> ProductPipeline:
        return self.watched.product

    @property
    def order(self) -> CandidateBatch:
        """The whole feed."""
        return self.watched.mixed.pool

    @property
    def on_page(self) -> bool:
        return self.place is not None and self.place <= self.query.limit

    @property
    def place_by_score(self) -> int | None:
        """Among the rows of the feed, by score alone."""
        return place_by(self.order[SCORE], self.order, int(self.row.tweet[0]))


def explain(
    engine: Engine, user_id: str, tweet_id: str, product: str, limit: int, *, relations: bool
) -> Explanation | None:
    """Explain a tweet; None where there is none that this viewer may see.

    Args:
        limit: rows of the page that it may enter.
        relations: whether a tweet that blocks, mutes or the wish to see less of an author concern
            is explained as it is; else as if there were none, as in `score_tweets`.

    Raises:
        FailedClosedError: nobody knows what this viewer may see.
    """
    tweet = engine.state.tweets.ids.row(tweet_id)
    if tweet is None:
        return None
    query = engine.hydrate.query(user_id, limit)
    only = np.array([tweet], np.int32)
    alone = CandidateBatch.of(only, engine.state.tweets.author[only])
    if not relations:
        query = _discreet(engine, query, alone)
    if not len(filter_visibility(query, alone, [Audience(engine.state)], Trace())):
        return None
    return _explained(query, products_for(engine, query)[product].watch(query), alone)


def _discreet(engine: Engine, query: Query, alone: CandidateBatch) -> Query:
    """The query as if the viewer refused nobody and nobody them, where that concerns the tweet."""
    around = query.neighborhood
    assert isinstance(around, Neighborhood)  # what `hydrate` makes
    parent_author = engine.state.tweets.threads.parent_author[alone.tweet]
    unconcerned = (
        absent(alone.author, around.excluded_authors)
        & absent(parent_author, around.excluded_authors)
        & absent(alone.author, around.see_fewer_authors)
    )
    if query.steering is not None and query.steering.names(int(alone.author[0])):
        query = query._replace(steering=query.steering.without_authors())
    return query._replace(neighborhood=around.without_refusals()) if not unconcerned[0] else query


def _explained(query: Query, watched: Watched, alone: CandidateBatch) -> Explanation:
    mixer, tweet = watched.product.mixer, int(alone.tweet[0])
    last = LastRound.of(watched)
    scored = last.scored()
    row = scored.take(scored.tweet == tweet)
    in_company = bool(len(row))
    if not in_company:
        row, _ = mixer.score(query, alone, Trace())
    ranker = mixer.scoring.ranker
    assert isinstance(ranker, Explained)
    order = watched.mixed.pool
    places = np.flatnonzero(order.tweet == tweet)
    place = int(places[0]) + 1 if len(places) else None
    stages, judged = stage_places(watched, tweet), verdicts(query, alone, mixer)
    sources = proposals(last, tweet)
    dropped_by, in_favor_of = None, None
    if place is None:
        dropped_by = next((one.filter for one in judged if not one.keeps), None)
    if in_company and dropped_by is None and place is None:
        dropped_by, in_favor_of = _beaten(query, last, tweet)
    on_page = place is not None and place <= query.limit
    return Explanation(
        query,
        watched,
        row,
        in_company,
        place,
        dropped_by,
        in_favor_of,
        sources,
        judged,
        stages,
        ranker.explain(query, row),
        None if on_page else to_enter(query, mixer, row, sources, judged),
    )


def _beaten(query: Query, last: LastRound, tweet: int) -> tuple[str | None, int | None]:
    """The filter of the slate that dropped a tweet, and the one that it kept instead."""
    filters = {type(one).__name__: one for one in last.watched.product.mixer.slate}
    for span, passage in last.passages("slate"):
        (rows,) = np.nonzero((passage.batch.tweet == tweet) & ~passage.answer)
        for row in rows.tolist():
            for other in np.flatnonzero(passage.answer).tolist():
                pair = passage.batch.take(np.array([row, other], np.intp))
                if not filters[span.component].keep(query, pair)[0]:
                    return span.component, int(pair.tweet[1])
            return span.component, None
    return None, None
