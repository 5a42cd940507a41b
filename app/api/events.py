"""POST /events: the actions of users."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from app.api import log_entries
from app.api.access import refusals
from app.api.dependencies import ServiceInUse
from app.api.problems import documented
from app.schemas.batches import EventResult, EventsRequest, EventsWritten
from app.schemas.event import IMPRESSION, EventIn
from app.schemas.judged import Unfit
from app.schemas.parameters import NoParameters
from app.serving.service import Service
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
    on disk when this answers; an `event_id` is accepted once, however often it is sent."""
    entries: list[Entry] = []
    results: list[EventResult] = []
    places: list[int] = []  # of the entries, in `results`
    for given in request.events:
        if isinstance(given, Unfit):
            results.append(
                EventResult(event_id=given.name, status="rejected", problem=given.problem)
            )
            continue
        if _was_served(service, given):
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
    for place, accepted in zip(places, appended.accepted, strict=True):
        if not accepted:
            results[place].status = "duplicate"
    return EventsWritten(offset=appended.offset, results=results)


def _was_served(service: Service, given: EventIn) -> bool:
    """Whether this is an impression that was counted when the tweet was served."""
    engine = service.engine
    if given.action != IMPRESSION or engine.settings.impressions != "served":
        return False
    viewer = engine.state.users.ids.row(given.user_id)
    tweet = engine.state.tweets.ids.row(given.tweet_id or "")
    if viewer is None or tweet is None:
        return False
    lately = engine.clock.now() - int(engine.settings.served_hours * 3600)
    return tweet in engine.state.served_since(
        viewer, lately
    ) or tweet in engine.hydrate.just_served.since(viewer, lately)
