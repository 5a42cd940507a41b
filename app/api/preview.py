"""POST /timeline/{user_id}/preview: the user's timeline with other settings."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import Field

from app.api import read_your_writes, serializers
from app.api.dependencies import RequestName, ServiceInUse
from app.api.json_response import PrivateJson
from app.api.problems import documented
from app.errors import UnreadableError, UnsupportedMediaError, WithheldError
from app.pipeline.product import Served
from app.schemas.parameters import MAX_TWEETS, AfterParameters
from app.schemas.preview import PreviewTimeline
from app.schemas.strict import Strict
from app.schemas.values import UserId
from app.serving.engine import Engine
from app.serving.overrides import Overrides
from app.serving.preview import preview

router = APIRouter()


class PreviewRequest(Strict):
    overrides: Overrides = Overrides()
    limit: Annotated[int, Field(ge=1, le=MAX_TWEETS)] = 10
    """How many tweets."""
    product: Literal["for_you", "following"] = "for_you"
    """Which feed."""
    explain: bool = False
    """Whether to add the trace: who did what, to how many rows, in what time."""
    compare: bool = False
    """Whether to say how the page differs from the one that would be served."""


@router.post(
    "/timeline/{user_id}/preview",
    tags=["feed"],
    response_model=PreviewTimeline,
    responses=documented(
        UnreadableError, UnsupportedMediaError, WithheldError, *read_your_writes.refusals
    ),
)
async def preview_timeline(
    user_id: Annotated[UserId, Path()],
    request: PreviewRequest,
    parameters: Annotated[AfterParameters, Query()],
    service: ServiceInUse,
    request_id: RequestName,
) -> PrivateJson:
    """The first page of this user's timeline with other settings, for this request alone. Nothing
    is logged, nothing counts as served, and what a rule hides stays hidden whatever is
    overridden."""
    await read_your_writes.reached(service, parameters.after_offset)
    engine = service.engine
    previewed = preview(
        engine, user_id, request.overrides, request.product, request.limit, request.compare
    )
    served = previewed.served
    answer = serializers.timeline(
        engine, user_id, previewed.query, served, request_id, request.product
    )
    if request.explain:
        answer["trace"] = serializers.trace(served)
        serializers.add_evidence(answer["items"], served.batch)
    if previewed.in_use is not None:
        answer["difference"] = difference(engine, served, previewed.in_use)
    return PrivateJson(answer)


def difference(engine: Engine, served: Served, in_use: Served) -> dict[str, Any]:
    """As `Difference` has it."""
    ids = engine.state.tweets.ids
    now = {tweet_id: rank for rank, tweet_id in enumerate(ids.ids(served.batch.tweet), 1)}
    before = {tweet_id: rank for rank, tweet_id in enumerate(ids.ids(in_use.batch.tweet), 1)}
    return {
        "entered": [tweet_id for tweet_id in now if tweet_id not in before],
        "left": [tweet_id for tweet_id in before if tweet_id not in now],
        "moved": [
            {"tweet_id": tweet_id, "rank": rank, "rank_before": before[tweet_id]}
            for tweet_id, rank in now.items()
            if before.get(tweet_id, rank) != rank
        ],
    }
