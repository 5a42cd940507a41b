"""GET /users/{user_id}/data: all that is kept of one person, to take away."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from app.api.dependencies import ServiceInUse
from app.api.problems import documented
from app.api.serializers import instant
from app.errors import NotFoundError
from app.schemas.own_data import OwnData
from app.schemas.parameters import NoParameters
from app.schemas.values import UserId
from app.serving import own_data

router = APIRouter(tags=["transparency"])


@router.get("/users/{user_id}/data", responses=documented(NotFoundError))
async def data(
    user_id: Annotated[UserId, Path()],
    _: Annotated[NoParameters, Query()],
    service: ServiceInUse,
    response: Response,
) -> OwnData:
    """A person's own data. Only the read key, the person's own token, and those who may write here
    can have it: it names whom they block and mute. `DELETE /users/{user_id}` erases it."""
    memory = own_data.in_memory(service.engine, user_id)
    log = [] if service.log is None else await asyncio.to_thread(
        own_data.in_log, service.log, user_id
    )  # fmt: skip
    if not memory and not log:
        raise NotFoundError(f"nothing is kept of anybody with the id {user_id!r}")
    answers = None if service.answers is None else await service.answers.count(user_id)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return OwnData(
        user_id=user_id,
        as_of=instant(service.engine.clock.now()),
        memory=memory,
        log=log,
        answers=answers,
    )
