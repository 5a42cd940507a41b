"""POST /events: the actions of users."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from app.api import log_entries
from app.api.access import refusals
from app.api.dependencies import ServiceInUse
from app.api.problems import documented
from app.api.slices import in_slices
from app.schemas.batches import EventResult, EventsRequest, EventsWritten, judged_event
from app.schemas.event import IMPRESSION, EventIn
from app.schemas.judged import Unfit
from app.schemas.parameters import NoParameters
from app.serving import owned_impressions
from ml.event_log.record import Entry

router = APIRouter(tags=["events"])


@router.post(
    "/events",
    response_model_exclude_unset=True,
    responses=documented(*refusals),
)
async def events(
    request: EventsRequest, _: Annotated[NoParameters, Query()], service: ServiceInUse
) -> EventsWritten:
    """Record likes, follows, blocks and all other actions, up to 1,000 at once. Accepted events are
    on disk when this answers; an `event_id` is accepted once, however often it is sent. An
    impression needs the `request_id` of a timeline that showed the tweet to that user lately."""
    entries: list[Entry] = []
    results: list[EventResult] = []
    places: list[int] = []  # of the entries, in `results`
    turns = service.batches
    judged = [judged_event(given) async for given in in_slices(request.events, turns)]
    claims = [_claim(given) for given in judged]
    await owned_impressions.settle(service, [one for one in claims if one is not None])
    async for given, claim in in_slices([*zip(judged, claims, strict=True)], turns):
        if isinstance(given, Unfit):
            results.append(
                EventResult(event_id=given.name, status="rejected", problem=given.problem)
            )
            continue
        if claim is not None:
            if (problem := owned_impressions.problem(service.engine, claim)) is not None:
                results.append(
                    EventResult(event_id=given.event_id, status="rejected", problem=problem)
                )
                continue
            if service.engine.settings.impressions == "served":  # it was counted then
                results.append(EventResult(event_id=given.event_id, status="duplicate"))
                continue
        try:
            entries.append(log_entries.event(service.engine.clock, given))
        except log_entries.TooEarlyError as error:
            results.append(
                EventResult(event_id=given.event_id, status="rejected", problem=str(error))
            )
            continue
        places.append(len(results))
        results.append(EventResult(event_id=given.event_id, status="accepted"))
    appended = await log_entries.append(service, entries)
    if len(entries) > turns.room:
        await service.caught_up()
    await turns.begin(min(len(results), turns.room))  # many may be written together
    for place, accepted in zip(places, appended.accepted, strict=True):
        if not accepted:
            results[place].status = "duplicate"
    return EventsWritten(offset=appended.offset, results=results)


def _claim(given: EventIn | Unfit) -> owned_impressions.Claim | None:
    """The user, tweet and request of an impression; None of anything else."""
    if isinstance(given, Unfit) or given.action != IMPRESSION:
        return None
    return given.user_id, given.tweet_id or "", given.request_id or ""
