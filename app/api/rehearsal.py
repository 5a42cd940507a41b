"""POST /users/{user_id}/rehearsal: a tweet of this user before it is written."""

from __future__ import annotations

from hashlib import blake2b
from statistics import median
from typing import Annotated, Final

import numpy as np
from fastapi import APIRouter, Path, Query, Response

from app.api import log_entries, read_your_writes
from app.api.dependencies import ServiceInUse
from app.api.problems import documented
from app.api.readers import ReaderInUse
from app.errors import UnreadableError, UnsupportedMediaError, WithheldError
from app.schemas.parameters import AfterParameters
from app.schemas.rows import TweetIn
from app.schemas.sandbox import ReachView, RehearsalRequest, RehearsalView
from app.schemas.timeline import Safety
from app.schemas.values import UserId
from app.serving.engine import Engine
from app.serving.rehearsal import Reach, rehearse
from app.serving.sandbox import Step

DIGITS: Final = 6

router = APIRouter()


@router.post(
    "/users/{user_id}/rehearsal",
    tags=["feed"],
    responses=documented(
        UnreadableError, UnsupportedMediaError, WithheldError, *read_your_writes.refusals
    ),
)
async def rehearsal(
    user_id: Annotated[UserId, Path()],
    request: RehearsalRequest,
    parameters: Annotated[AfterParameters, Query()],
    service: ServiceInUse,
    reader: ReaderInUse,
    response: Response,
) -> RehearsalView:
    """Whom a tweet by this user would reach, among some people drawn by chance; which sources would
    propose it, what would drop it, and how safe it is. It is written to a copy of the state:
    nothing is logged, and nobody sees it. Only the read key learns for how many people a block, a
    mute or the wish to see less of the author drops it."""
    await read_your_writes.reached(service, parameters.after_offset)
    live, step = service.engine, _step(service.engine, user_id, request)
    tweet_id = _name(step.content)
    async with service.sandbox.turn():
        engine = await service.sandbox.after(live, service.tail, [step])
        tweet = engine.state.tweets.ids.row(tweet_id)
        assert tweet is not None  # the step puts it
        rng = np.random.default_rng(int.from_bytes(_digest(step.content)))
        found = await rehearse(
            engine, tweet, request.people, request.limit, rng, relations=reader.trusted
        )
        scores = engine.encoder.tweets
        safety = Safety(nsfw=_known(scores.nsfw[tweet]), toxicity=_known(scores.toxicity[tweet]))
    response.headers["Cache-Control"] = "private, no-store"
    return RehearsalView(
        author_id=user_id,
        model_version=live.model_version,
        safety=safety,
        hidden_from=Safety(
            nsfw=round(live.settings.unsafe_nsfw, DIGITS),
            toxicity=round(live.settings.unsafe_toxicity, DIGITS),
        ),
        followers=_view(found.followers),
        others=_view(found.others),
    )


def _step(engine: Engine, user_id: str, request: RehearsalRequest) -> Step:
    content = f"{user_id}\0{request.model_dump_json(exclude={'people', 'limit'})}"
    tweet = TweetIn(
        author_id=user_id,
        text=request.text,
        topic=request.topic,
        has_media=request.has_media,
    )
    return Step(content, log_entries.tweet(engine.clock, _name(content), tweet))


def _name(content: str) -> str:
    """The id of the tweet that is rehearsed."""
    return f"rehearsal-{_digest(content).hex()}"


def _digest(content: str) -> bytes:
    return blake2b(content.encode(), digest_size=8).digest()


def _view(reach: Reach) -> ReachView:
    return ReachView(
        people=reach.people,
        shown=reach.shown,
        ranked=reach.ranked,
        sources=dict(reach.sources.most_common()),
        dropped_by=dict(reach.dropped_by.most_common()),
        median_place=float(median(reach.places)) if reach.places else None,
    )


def _known(number: np.float32) -> float | None:
    return None if np.isnan(number) else round(float(number), DIGITS)
