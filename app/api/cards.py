"""GET /timeline/{user_id}/cards: tweets with the names that a viewer knows them by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final

import numpy as np
from fastapi import APIRouter, Path, Query, Response

from app.api import read_your_writes
from app.api.dependencies import ServiceInUse
from app.api.explanations import known
from app.api.people import people, person
from app.api.problems import documented
from app.api.serializers import stated
from app.errors import WithheldError
from app.filters.audience import Audience
from app.filters.deleted import Deleted
from app.pipeline.batch import CandidateBatch, Rows
from app.pipeline.components import Filter
from app.pipeline.query import Query as Viewing
from app.pipeline.stages import filter_visibility
from app.pipeline.trace import Trace
from app.schemas.parameters import CardParameters
from app.schemas.people import Card, Cards
from app.schemas.timeline import Safety
from app.schemas.values import UserId
from app.serving.engine import Engine
from ml.state.tables.engagements import ENGAGEMENT_KINDS
from ml.state.tables.metadata import NAMES

MEDIA: Final = NAMES.index("media")
NAMED: Final = 3  # of those who engaged with a tweet
ENGAGERS: Final = 512  # the newest, that are looked through per tweet

router = APIRouter()


@router.get(
    "/timeline/{user_id}/cards",
    tags=["feed"],
    responses=documented(WithheldError, *read_your_writes.refusals),
)
async def cards(
    user_id: Annotated[UserId, Path()],
    parameters: Annotated[CardParameters, Query()],
    service: ServiceInUse,
    response: Response,
) -> Cards:
    """Tweets as this user would see them: with names, topics, and who of the people that they
    follow engaged with them; in the order asked. Nothing is logged, and nothing counts as
    served."""
    await read_your_writes.reached(service, parameters.after_offset)
    engine = service.engine
    tweets, query = engine.state.tweets, engine.hydrate.query(user_id, 1)
    found = [tweets.ids.row(tweet_id) for tweet_id in parameters.tweet_id]
    rows = np.array([row for row in found if row is not None], np.int32)
    batch = CandidateBatch.of(rows, tweets.author[rows])
    readable: list[Filter] = [Deleted(engine.state), Audience(engine.state)]
    batch = filter_visibility(query, batch, readable, Trace())
    response.headers["Cache-Control"] = "private, no-store"
    return Cards(items=[*_cards(engine, query, batch)])


def _cards(engine: Engine, query: Viewing, batch: CandidateBatch) -> Iterator[Card]:
    users, tweets = engine.state.users, engine.state.tweets
    following, safety = query.neighborhood.following, engine.encoder.tweets
    for row, author in zip(batch.tweet.tolist(), batch.author.tolist(), strict=True):
        engaged = _engaged(engine, query, row, author)
        parent = int(tweets.threads.parent_author[row])
        yield Card(
            tweet_id=tweets.ids.id(row),
            author=person(engine, author) if author >= 0 and not users.gone[author] else None,
            follows_author=bool(np.isin(author, following)),
            created_at=stated(int(tweets.stated_at[row])),
            text=tweets.text[row],
            safety=Safety(nsfw=known(safety.nsfw[row]), toxicity=known(safety.toxicity[row])),
            topic=tweets.topic[row],
            has_media=bool(tweets.metadata[row, MEDIA]),
            answers=person(engine, parent) if parent >= 0 and not users.gone[parent] else None,
            engaged=len(engaged),
            engaged_by=people(engine, engaged[:NAMED].tolist()),
        )


def _engaged(engine: Engine, query: Viewing, row: int, author: int) -> Rows:
    """The people that the viewer follows who engaged with a tweet, the closest first."""
    register, following = engine.state.engaged, query.neighborhood.following
    places = engine.state.engagers.lists.of(row)[-ENGAGERS:]
    on = places[register.is_on[places][:, ENGAGEMENT_KINDS].any(axis=1)]
    who = register.index.left[on]
    who = np.unique(who[np.isin(who, following) & (who != author)])
    tie = query.tie_strength[np.searchsorted(following, who)]
    closest_first: Rows = who[np.lexsort((who, -tie))]
    return closest_first
