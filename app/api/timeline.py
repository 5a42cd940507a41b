"""GET /timeline/{user_id}: a page of the user's timeline."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request

from app.api import read_your_writes, serializers
from app.api.dependencies import request_name, service_in_use
from app.api.json_response import PrivateJson
from app.api.lean_route import LeanRoute
from app.api.peek import only_looks
from app.api.problems import documented
from app.errors import ExpiredCursorError, WithheldError
from app.observability import request as observed
from app.schemas.parameters import TimelineParameters
from app.schemas.timeline import Timeline
from app.schemas.values import UserId
from app.serving.answer_file import Answer
from app.serving.feed import Feed, FeedPage

EVENT_LOG: Final = "EventLog"  # in `missing`: what was written lately has no effect yet

router = APIRouter(route_class=LeanRoute)


@router.get(
    "/timeline/{user_id}",
    tags=["feed"],
    response_model=Timeline,
    responses=documented(ExpiredCursorError, WithheldError, *read_your_writes.refusals),
)
async def timeline(
    user_id: Annotated[UserId, Path()],
    parameters: Annotated[TimelineParameters, Query()],
    request: Request,
) -> PrivateJson:
    """The tweets that this user most likely wants to see now, best first. A tweet that was shown is
    not shown again; `next_cursor` requests the next page."""
    service, request_id = service_in_use(request), request_name(request)
    peek = parameters.peek or only_looks(request)
    await read_your_writes.reached(service, parameters.after_offset)
    page = await Feed(service).page(
        user_id,
        parameters.limit,
        parameters.product,
        parameters.cursor,
        request_id,
        peek=peek,
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
    if service.is_away:
        answer["missing"].append(EVENT_LOG)
    if parameters.explain:
        answer["trace"] = serializers.trace(page.served)
        serializers.add_evidence(answer["items"], page.served.batch)
    response = PrivateJson(answer)
    if service.answers is not None and not peek:
        service.answers.keep(_kept(page, user_id, request_id, response))
    return response


def _kept(page: FeedPage, user_id: str, request_id: str, response: PrivateJson) -> Answer:
    settings = page.engine.settings.fingerprint
    version, now = page.engine.model_version, page.query.now
    return Answer(request_id, user_id, now, version, settings, bytes(response.body))
