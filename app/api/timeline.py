"""GET /timeline/{user_id}: the feed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from app.api import respond
from app.api.problems import documented
from app.deps import EngineInUse, RequestName
from app.errors import WithheldError
from app.observability import request as observed
from app.schemas import Timeline, TimelineParameters, UserId

router = APIRouter()


@router.get(
    "/timeline/{user_id}",
    tags=["feed"],
    response_model_exclude_unset=True,
    responses=documented(WithheldError),
)
async def timeline(
    user_id: Annotated[UserId, Path()],
    parameters: Annotated[TimelineParameters, Query()],
    engine: EngineInUse,
    request_id: RequestName,
    response: Response,
) -> Timeline:
    """The tweets that this person most likely wants to see now, best first."""
    query = engine.hydrate.query(user_id, parameters.limit)
    served = engine.products[parameters.product].run(query)
    observed.answers(served.product.name, served.trace)
    answer = respond.timeline(engine, user_id, query, served, request_id, parameters.product)
    if parameters.explain:
        answer.trace = respond.trace(served)
    response.headers["Cache-Control"] = "private, no-store"
    return answer
