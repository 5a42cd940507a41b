"""GET /replay/{request_id}: an answer as it was served, byte for byte."""

from __future__ import annotations

from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Path, Query, Response

from app.api.dependencies import ServiceInUse
from app.api.problems import documented
from app.api.readers import ReaderInUse
from app.api.serializers import instant
from app.errors import GoneError
from app.schemas.parameters import NoParameters
from app.schemas.timeline import Timeline
from app.schemas.values import RequestId
from app.serving.answer_file import Answer
from app.serving.engine import Engine

router = APIRouter()

HEADERS: Final[dict[str, Any]] = {
    "X-Bundle": {
        "description": "The version of the bundle that ranked.",
        "schema": {"type": "string"},
    },
    "X-Settings": {
        "description": "The fingerprint of the settings in use then.",
        "schema": {"type": "string"},
    },
    "X-Served-At": {
        "description": "When it was served.",
        "schema": {"type": "string", "format": "date-time"},
    },
}


@router.get(
    "/replay/{request_id}",
    tags=["feed"],
    response_model=Timeline,
    responses={200: {"headers": HEADERS}, **documented(GoneError)},
)
async def replay(
    request_id: Annotated[RequestId, Path()],
    _: Annotated[NoParameters, Query()],
    service: ServiceInUse,
    reader: ReaderInUse,
) -> Response:
    """A timeline as it was served under this request id, byte for byte, whatever is served by now;
    the newest where a client gave several the same id. It is kept for `FORYOU_REPLAY_HOURS`, not
    for as long if a tweet in it is deleted or its reader erased. A token finds its own."""
    engine, answers = service.engine, service.answers
    if answers is None:
        raise GoneError("answers are not kept here; set FORYOU_REPLAY_HOURS, and keep a log")
    found = await answers.find(request_id, reader.person, engine.clock.now())
    if found is None:
        raise GoneError(
            f"no answer is kept under the request id {request_id!r}: it was served more than "
            f"{answers.hours:g} hours ago, or never"
        )
    if _is_erased(engine, found):
        raise GoneError("a tweet of this answer was deleted since, or its reader erased")
    return Response(
        found.body,
        media_type="application/json",
        headers={
            "Cache-Control": "private, no-store",
            "X-Bundle": found.bundle,
            "X-Settings": found.settings,
            "X-Served-At": instant(found.at).isoformat().replace("+00:00", "Z"),
        },
    )


def _is_erased(engine: Engine, answer: Answer) -> bool:
    """Whether something that it shows must not be shown any more."""
    users, tweets = engine.state.users, engine.state.tweets
    viewer = users.ids.row(answer.user_id)
    if viewer is not None and users.erased_at[viewer] >= answer.at:
        return True
    shown = tweets.ids.known([item["tweet_id"] for item in orjson.loads(answer.body)["items"]])
    return bool((shown < 0).any() or tweets.deleted[shown].any())
