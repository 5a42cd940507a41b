"""GET /timeline/{user_id}/why/{tweet_id}: why a tweet stands where it stands, or not at all."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from app.api import explanations, read_your_writes
from app.api.dependencies import RequestName, ServiceInUse
from app.api.problems import documented
from app.api.readers import ReaderInUse
from app.errors import NotFoundError, WithheldError
from app.schemas.parameters import WhyParameters
from app.schemas.values import TweetId, UserId
from app.schemas.why import Why
from app.serving.chosen_product import chosen_product
from app.serving.why.explain import explain

router = APIRouter()


@router.get(
    "/timeline/{user_id}/why/{tweet_id}",
    tags=["feed"],
    responses=documented(NotFoundError, WithheldError, *read_your_writes.refusals),
)
async def why(
    user_id: Annotated[UserId, Path()],
    tweet_id: Annotated[TweetId, Path()],
    parameters: Annotated[WhyParameters, Query()],
    service: ServiceInUse,
    reader: ReaderInUse,
    request_id: RequestName,
    response: Response,
) -> Why:
    """Any tweet, served or not, in the feed that this user would be served now: who proposes it,
    what drops it, what it is worth and why, where it stands, and what would have to differ for it
    to enter. Nothing is logged, and nothing counts as served. Only the read key and the user's own
    token learn of blocks, mutes and authors to see less of; to anybody else a tweet that these
    concern is explained as if there were none."""
    await read_your_writes.reached(service, parameters.after_offset)
    engine = service.engine
    product = chosen_product(engine, user_id, parameters.product)
    explained = explain(
        engine,
        user_id,
        tweet_id,
        product,
        parameters.limit,
        relations=reader.knows(user_id),
    )
    if explained is None:
        raise NotFoundError(f"{user_id!r} can see no tweet with the id {tweet_id!r}")
    response.headers["Cache-Control"] = "private, no-store"
    return explanations.why(engine, user_id, explained, request_id, product)
