"""POST, GET and DELETE of /steering/{user_id}: what a person asks of their feed by a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Response

from app.api import log_entries, preferences, read_your_writes
from app.api.access import refusals
from app.api.dependencies import ServiceInUse
from app.api.differences import difference
from app.api.problems import documented
from app.api.serializers import instant
from app.errors import ConflictError, NotFoundError, WithheldError
from app.schemas.difference import Difference
from app.schemas.parameters import AfterParameters, NoParameters
from app.schemas.steering import (
    Preferences,
    Revoked,
    RevokeParameters,
    Steered,
    SteeringRequest,
    UnclearView,
)
from app.schemas.values import UserId
from app.serving import sentence
from app.serving.engine import Engine
from app.serving.sentence import held_by
from app.serving.service import Service
from ml.event_log.record import Entry
from ml.preferences import PRODUCT
from ml.state.tables.preferences import Preference

SETTLE_SECONDS: Final = 1.0
MOST_HELD: Final = 100  # preferences of one person
PAGE: Final = 10  # tweets that are compared

router = APIRouter(tags=["steering"])


@router.post("/steering/{user_id}", responses=documented(*refusals, ConflictError, WithheldError))
async def steer(
    user_id: Annotated[UserId, Path()],
    request: SteeringRequest,
    _: Annotated[NoParameters, Query()],
    service: ServiceInUse,
    response: Response,
) -> Steered:
    """Ask for more or less of something, for nothing of it or for nothing else: topics, authors,
    words, sources, forms, presets, for some time or for good. Each part of the sentence is echoed
    as it was understood, or with what it lacks; what is understood holds at once. `POST
    /timeline/{user_id}/preview` reads a sentence without writing anything."""
    engine = service.engine
    found = await sentence.read(engine, service.interpreter, user_id, request.text)
    if len(found.preferences) > MOST_HELD:
        raise ConflictError(f"at most {MOST_HELD} preferences hold at once; revoke some first")
    keys = {(one.kind, one.name): one.part for one in found.asked}
    new = [one for one in found.preferences if one[:2] in keys]
    entries = [preferences.revoking(engine.clock, user_id, one) for one in found.replaced]
    entries += [preferences.entry(engine.clock, user_id, one) for one in new]
    changed = sentence.effect(engine, user_id, found.preferences, PAGE)
    offset = await _written(service, entries)
    response.headers["Cache-Control"] = "private, no-store"
    return Steered(
        user_id=user_id,
        as_of=instant(changed.query.now),
        understood=preferences.views(engine, new, keys),
        not_understood=[UnclearView(**one._asdict()) for one in found.unclear],
        preferences=preferences.views(engine, found.preferences),
        difference=Difference.model_validate(_difference(engine, changed)),
        offset=offset,
    )


@router.get("/steering/{user_id}", responses=documented(*read_your_writes.refusals))
async def steering(
    user_id: Annotated[UserId, Path()],
    parameters: Annotated[AfterParameters, Query()],
    service: ServiceInUse,
    response: Response,
) -> Preferences:
    """What a person asks of their feed now."""
    await read_your_writes.reached(service, parameters.after_offset)
    response.headers["Cache-Control"] = "private, no-store"
    return _held(service, user_id, held_by(service.engine, user_id))


@router.delete("/steering/{user_id}", responses=documented(*refusals, NotFoundError))
async def revoke(
    user_id: Annotated[UserId, Path()],
    parameters: Annotated[RevokeParameters, Query()],
    service: ServiceInUse,
) -> Revoked:
    """Take back one preference, or all of them."""
    engine, given = service.engine, parameters.preference
    held = [one for one in held_by(engine, user_id) if one.kind != PRODUCT]
    named = [one for one in held if given in (None, f"{one.kind}:{one.name}")]
    if given is not None and not named:
        raise NotFoundError(f"{user_id!r} holds no preference {given!r}")
    entries = [preferences.revoking(engine.clock, user_id, one) for one in named]
    offset = await _written(service, entries)
    left = _held(service, user_id, [one for one in held if one not in named])
    revoked = [f"{one.kind}:{one.name}" for one in named]
    return Revoked(**left.model_dump(), revoked=revoked, offset=offset)


def _held(service: Service, user_id: str, held: Sequence[Preference]) -> Preferences:
    engine = service.engine
    views = preferences.views(engine, held)
    return Preferences(user_id=user_id, as_of=instant(engine.clock.now()), preferences=views)


async def _written(service: Service, entries: Sequence[Entry]) -> int | None:
    """Where they are in the log, once this process has applied them; None where there are none."""
    if not entries:
        return None
    appended = await log_entries.append(service, entries)
    if service.tail is not None:
        await service.tail.reached(appended.offset, SETTLE_SECONDS)
    return appended.offset


def _difference(engine: Engine, changed: sentence.Effect) -> dict[str, Any]:
    ids = engine.state.tweets.ids
    pages = (ids.ids(one.batch.tweet) for one in (changed.after, changed.before))
    return difference(*pages)
