"""GET /timeline/{user_id}/dropped: what filters dropped, and on what values."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from app.api import read_your_writes
from app.api.dependencies import RequestName, ServiceInUse
from app.api.explanations import rounded
from app.api.problems import documented
from app.api.readers import ReaderInUse
from app.api.serializers import answered
from app.errors import WithheldError
from app.schemas.dropped import Dropped, DroppedTweet, DroppingView
from app.schemas.parameters import DroppedParameters
from app.schemas.values import UserId
from app.serving.chosen_product import chosen_product
from app.serving.engine import Engine
from app.serving.why.dropped import Dropping, dropped

router = APIRouter()


@router.get(
    "/timeline/{user_id}/dropped",
    tags=["feed"],
    responses=documented(WithheldError, *read_your_writes.refusals),
)
async def dropped_tweets(
    user_id: Annotated[UserId, Path()],
    parameters: Annotated[DroppedParameters, Query()],
    service: ServiceInUse,
    reader: ReaderInUse,
    request_id: RequestName,
    response: Response,
) -> Dropped:
    """What each filter drops of the feed that this user would be served now, and on what values.
    Nothing is logged, and nothing counts as served. What tells of blocks, mutes and authors to see
    less of is listed only for the read key and the user's own token."""
    await read_your_writes.reached(service, parameters.after_offset)
    engine = service.engine
    product = chosen_product(engine, user_id, parameters.product)
    query = engine.hydrate.query(user_id, parameters.limit)
    watched, found = dropped(
        engine, query, product, parameters.examples, relations=reader.knows(user_id)
    )
    response.headers["Cache-Control"] = "private, no-store"
    return Dropped(
        **answered(
            engine, user_id, query, watched.product, watched.watch.trace, request_id,
            product,
        ),
        filters=[_view(engine, one) for one in found],
    )  # fmt: skip


def _view(engine: Engine, one: Dropping) -> DroppingView:
    ids = engine.state.tweets.ids
    return DroppingView(
        stage=one.stage,
        component=one.component,
        rows_in=one.rows_in,
        rows_out=one.rows_out,
        withheld=one.withheld,
        tweets=[
            DroppedTweet(tweet_id=ids.id(row), grounds=rounded(grounds))
            for row, grounds in one.tweets.items()
        ],
    )
