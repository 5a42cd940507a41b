"""GET /timeline/{user_id}: a page of the user's timeline."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from app.api import read_your_writes, serializers
from app.api.dependencies import RequestName, ServiceInUse
from app.api.peek import only_looks
from app.api.problems import documented
from app.errors import ExpiredCursorError, WithheldError
from app.observability import request as observed
from app.schemas.parameters import TimelineParameters
from app.schemas.timeline import Timeline
from app.schemas.values import UserId
from app.serving.feed import Feed

router = APIRouter()


@router.get(
    "/timeline/{user_id}",
    tags=["feed"],
    response_model_exclude_unset=True,
    responses=documented(ExpiredCursorError, WithheldError, *read_your_writes.refusals),
)
async def timeline(
    user_id: Annotated[UserId, Path()],
    parameters: Annotated[TimelineParameters, Query()],
    request: Request,
    service: ServiceInUse,
    request_id: RequestName,
    response: Response,
) -> Timeline:
    """The tweets that this user most likely wants to see now, best first. A tweet that was shown is
    not shown again; `next_cursor` requests the next page."""
    await read_your_writes.reached(service, parameters.after_offset)
    page = await Feed(service).page(
        user_id,
        parameters.limit,
        str(parameters.product),
        parameters.cursor,
        request_id,
        peek=parameters.peek or only_looks(request),
    )
    observed.answers(page.served.product.name, page.served.trace)
    answer = serializers.timeline(
        page.engine,
        user_id,
        page.query,
        page.served,
        request_id,
        page.product,
        page.start,
        page.next_cursor,
        page.exhausted,
    )
    if parameters.explain:
        answer.trace = serializers.trace(page.served)
    response.headers["Cache-Control"] = "private, no-store"
    return answer
