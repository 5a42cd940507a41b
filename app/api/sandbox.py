"""POST /timeline/{user_id}/sandbox: the user's timeline, had they done something."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Query

from app.api import log_entries, read_your_writes, serializers
from app.api.dependencies import RequestName, ServiceInUse
from app.api.differences import difference
from app.api.json_response import PrivateJson
from app.api.problems import documented
from app.errors import (
    InvalidRequestError,
    UnreadableError,
    UnsupportedMediaError,
    WithheldError,
)
from app.schemas.event import IMPRESSION, EventIn
from app.schemas.parameters import AfterParameters
from app.schemas.preview import PreviewTimeline
from app.schemas.sandbox import SandboxRequest
from app.schemas.values import UserId
from app.serving.clock import Clock
from app.serving.preview import first_page
from app.serving.sandbox import Step

router = APIRouter()


@router.post(
    "/timeline/{user_id}/sandbox",
    tags=["feed"],
    response_model=PreviewTimeline,
    responses=documented(
        UnreadableError, UnsupportedMediaError, WithheldError, *read_your_writes.refusals
    ),
)
async def sandbox_timeline(
    user_id: Annotated[UserId, Path()],
    request: SandboxRequest,
    parameters: Annotated[AfterParameters, Query()],
    service: ServiceInUse,
    request_id: RequestName,
) -> PrivateJson:
    """The first page of this user's timeline after some events of theirs, and how it differs from
    the page as it is. They happen to a copy of the state: nothing is logged, and nobody's feed
    changes."""
    await read_your_writes.reached(service, parameters.after_offset)
    engine, product, limit = service.engine, request.product, request.limit
    steps = [*_steps(engine.clock, user_id, request.events)]
    _, in_use = first_page(engine, user_id, product, limit)
    async with service.sandbox.turn():
        copy = await service.sandbox.after(engine, service.tail, steps)
        query, served = first_page(copy, user_id, product, limit)
        answer = serializers.timeline(copy, user_id, query, served, request_id, product)
        serializers.add_evidence(answer["items"], served.batch)
        answer["difference"] = difference(
            *(copy.state.tweets.ids.ids(page.batch.tweet) for page in (served, in_use))
        )
    return PrivateJson(answer)


def _steps(clock: Clock, user_id: str, events: Sequence[EventIn]) -> Iterator[Step]:
    for given in events:
        if given.user_id != user_id:
            raise InvalidRequestError(
                f"events: here only {user_id!r} acts, whose timeline this is, not {given.user_id!r}"
            )
        if given.action == IMPRESSION:
            raise InvalidRequestError("events: what is shown here is not seen by anybody")
        try:
            yield Step(given.model_dump_json(), log_entries.event(clock, given))
        except log_entries.TooEarlyError as error:
            raise InvalidRequestError(f"events: {error}") from error
