"""Was this tweet served to this person in this request? Only then is an impression evidence."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from app.serving.engine import Engine
from app.serving.service import Service
from ml.event_log.open_log import is_url
from ml.state.tables.served import request_key

PATIENCE_SECONDS: Final = 0.5  # until this process knows what another one has served
POLL_SECONDS: Final = 0.05

Claim = tuple[str, str, str]  # user, tweet, request


async def settle(service: Service, claims: Sequence[Claim]) -> None:
    """Wait a moment where another process may have served what this one does not know yet."""
    settings = service.engine.settings
    if settings.workers == 1 and not is_url(settings.log_location):
        return
    for _ in range(round(PATIENCE_SECONDS / POLL_SECONDS)):
        if all(served_at(service.engine, claim) is not None for claim in claims):
            return
        await asyncio.sleep(POLL_SECONDS)


def problem(engine: Engine, claim: Claim) -> str | None:
    """Why an impression is no evidence; None where it is."""
    user, tweet, request = claim
    hours = engine.settings.served_hours
    at = served_at(engine, claim)
    if at is None:
        return (
            f"request_id: the timeline {request} did not show tweet {tweet} to user {user} in the "
            f"last {hours:g} hours; send the request_id of the timeline that showed it"
        )
    if at < engine.clock.now() - hours * 3600:
        return (
            f"request_id: the timeline {request} was shown more than {hours:g} hours ago, which "
            f"is too late; send impressions when they happen"
        )
    return None


def served_at(engine: Engine, claim: Claim) -> int | None:
    """When the tweet was served to the user in the request, in unix seconds; None if never."""
    user, tweet, request = claim
    state, key = engine.state, request_key(user, request)
    row, viewer = state.tweets.ids.row(tweet), state.users.ids.row(user)
    if row is None:
        return None
    found = engine.hydrate.just_served.in_request(key, row)
    if found is None and viewer is not None:
        found = state.served_in(viewer, row, key)
    return found if found is not None else state.offered_in(key, tweet)
