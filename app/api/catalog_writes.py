"""PUT, POST and DELETE of users and tweets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Query

from app.api import log_entries
from app.api.access import refusals
from app.api.dependencies import ServiceInUse
from app.api.problems import documented
from app.errors import ConflictError
from app.schemas.batches import RowResult, RowsWritten, TweetsRequest, UsersRequest, Written
from app.schemas.judged import Unfit
from app.schemas.parameters import NoParameters
from app.schemas.rows import TweetIn, UserIn
from app.schemas.values import TweetId, UserId
from app.serving.service import Service
from ml.event_log.record import Entry

router = APIRouter(tags=["catalog"], responses=documented(*refusals))
Nothing = Annotated[NoParameters, Query()]


@router.put("/users/{user_id}", responses=documented(ConflictError))
async def put_user(
    user_id: Annotated[UserId, Path()], given: UserIn, _: Nothing, service: ServiceInUse
) -> Written:
    """Create a user, or give them a new profile."""
    try:
        entry = log_entries.user(service.engine.clock, user_id, given)
    except log_entries.TooEarlyError as error:
        raise ConflictError(str(error)) from error
    return await _write(service, entry)


@router.put("/tweets/{tweet_id}", responses=documented(ConflictError))
async def put_tweet(
    tweet_id: Annotated[TweetId, Path()], given: TweetIn, _: Nothing, service: ServiceInUse
) -> Written:
    """Create a tweet, or replace its text and safety labels. Its author, time, topic and thread do
    not change."""
    try:
        entry = log_entries.tweet(service.engine.clock, tweet_id, given)
    except log_entries.TooEarlyError as error:
        raise ConflictError(str(error)) from error
    return await _write(service, entry)


@router.delete("/users/{user_id}")
async def delete_user(
    user_id: Annotated[UserId, Path()], _: Nothing, service: ServiceInUse
) -> Written:
    """Erase a user, with their profile, their tweets and their actions."""
    return await _write(service, log_entries.deleted_user(service.engine.clock, user_id))


@router.delete("/tweets/{tweet_id}")
async def delete_tweet(
    tweet_id: Annotated[TweetId, Path()], _: Nothing, service: ServiceInUse
) -> Written:
    """Delete a tweet for good; a later write under its id has no effect."""
    return await _write(service, log_entries.deleted_tweet(service.engine.clock, tweet_id))


@router.post("/users", response_model_exclude_unset=True)
async def post_users(request: UsersRequest, _: Nothing, service: ServiceInUse) -> RowsWritten:
    """Create or update many users."""
    clock = service.engine.clock
    return await _write_rows(
        service,
        [one if isinstance(one, Unfit) else partial(log_entries.user, clock, one.user_id, one)
         for one in request.users],
    )  # fmt: skip


@router.post("/tweets", response_model_exclude_unset=True)
async def post_tweets(request: TweetsRequest, _: Nothing, service: ServiceInUse) -> RowsWritten:
    """Create or update many tweets."""
    clock = service.engine.clock
    return await _write_rows(
        service,
        [one if isinstance(one, Unfit) else partial(log_entries.tweet, clock, one.tweet_id, one)
         for one in request.tweets],
    )  # fmt: skip


async def _write_rows(service: Service, rows: Sequence[Unfit | Callable[[], Entry]]) -> RowsWritten:
    """Write each row by itself; an invalid row does not affect the others."""
    entries: list[Entry] = []
    results: list[RowResult] = []
    for row in rows:
        if isinstance(row, Unfit):
            results.append(RowResult(status="rejected", problem=row.problem))
            continue
        try:
            entries.append(row())
        except log_entries.TooEarlyError as error:
            results.append(RowResult(status="rejected", problem=str(error)))
        else:
            results.append(RowResult(status="accepted"))
    appended = await log_entries.append(service, entries)
    return RowsWritten(offset=appended.offset, results=results)


async def _write(service: Service, entry: Entry) -> Written:
    return Written(offset=(await log_entries.append(service, [entry])).offset)
