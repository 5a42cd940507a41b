"""PUT, POST and DELETE of users and tweets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Final, TypeVar

from fastapi import APIRouter, Path, Query

from app.api import log_entries
from app.api.access import refusals
from app.api.dependencies import ServiceInUse
from app.api.problems import documented
from app.api.settled_facts import SettledFacts
from app.errors import ConflictError
from app.schemas.batches import (
    RowResult,
    RowsWritten,
    TweetsRequest,
    TweetWritten,
    UsersRequest,
    Written,
)
from app.schemas.judged import Unfit
from app.schemas.parameters import NoParameters
from app.schemas.rows import TweetIn, TweetRow, UserIn, UserRow
from app.schemas.values import TweetId, UserId
from app.serving.clock import Clock
from app.serving.service import Service
from ml.event_log.record import Entry

router = APIRouter(tags=["catalog"], responses=documented(*refusals))
SETTLE_SECONDS: Final = 1.0
Judgement = tuple[Entry, list[str]]  # what to write, and the fields that have no effect
Row = TypeVar("Row", UserRow, TweetRow)
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
) -> TweetWritten:
    """Create a tweet, or replace its text and safety labels. Its author, time, topic and thread do
    not change: where the author would, or the tweet was deleted, nothing is written (409); other
    fields that have no effect are `ignored`."""
    facts = await _settled(service)
    try:
        entry, ignored = _tweet(service.engine.clock, facts, tweet_id, given)
    except log_entries.TooEarlyError as error:
        raise ConflictError(str(error)) from error
    return TweetWritten(offset=(await _write(service, entry)).offset, ignored=ignored)


@router.delete("/users/{user_id}")
async def delete_user(
    user_id: Annotated[UserId, Path()], _: Nothing, service: ServiceInUse
) -> Written:
    """Erase a user, with their profile, their tweets and their actions. The process that answers
    does not show them any more, unless it takes longer than a second to follow the log."""
    written = await _delete(service, log_entries.deleted_user(service.engine.clock, user_id))
    if service.answers is not None:
        await service.answers.forget(user_id)
    return written


@router.delete("/tweets/{tweet_id}")
async def delete_tweet(
    tweet_id: Annotated[TweetId, Path()], _: Nothing, service: ServiceInUse
) -> Written:
    """Delete a tweet for good; a later write under its id has no effect. The process that answers
    does not show it any more, unless it takes longer than a second to follow the log."""
    return await _delete(service, log_entries.deleted_tweet(service.engine.clock, tweet_id))


@router.post("/users", response_model_exclude_unset=True)
async def post_users(request: UsersRequest, _: Nothing, service: ServiceInUse) -> RowsWritten:
    """Create or update many users."""
    clock = service.engine.clock

    def judge(row: UserRow) -> Judgement:
        return log_entries.user(clock, row.user_id, row), []

    return await _write_rows(service, request.users, judge)


@router.post("/tweets", response_model_exclude_unset=True)
async def post_tweets(request: TweetsRequest, _: Nothing, service: ServiceInUse) -> RowsWritten:
    """Create or update many tweets. A row that would change the author of a tweet, or brings back a
    deleted one, is rejected; other fields that have no effect are `ignored`."""
    clock, facts = service.engine.clock, await _settled(service)

    def judge(row: TweetRow) -> Judgement:
        return _tweet(clock, facts, row.tweet_id, row)

    return await _write_rows(service, request.tweets, judge)


def _tweet(clock: Clock, facts: SettledFacts, tweet_id: str, given: TweetIn) -> Judgement:
    entry = log_entries.tweet(clock, tweet_id, given)
    if (problem := facts.conflict(tweet_id, given)) is not None:
        raise ConflictError(problem)
    return entry, facts.ignored(tweet_id, given)


async def _settled(service: Service) -> SettledFacts:
    """What is known of all tweets, those included that this process has just written."""
    await _settle(service)
    return SettledFacts(service.engine.state)


async def _settle(service: Service) -> None:
    """Wait until what this process has written has had its effect, at most for SETTLE_SECONDS."""
    if service.tail is not None:
        await service.tail.reached(service.appended, SETTLE_SECONDS)


async def _write_rows(
    service: Service, rows: Sequence[Row | Unfit], judge: Callable[[Row], Judgement]
) -> RowsWritten:
    """Write each row by itself; an invalid row does not affect the others."""
    entries: list[Entry] = []
    results: list[RowResult] = []
    for row in rows:
        if isinstance(row, Unfit):
            results.append(RowResult(status="rejected", problem=row.problem))
            continue
        try:
            entry, ignored = judge(row)
        except (log_entries.TooEarlyError, ConflictError) as error:
            results.append(RowResult(status="rejected", problem=str(error)))
            continue
        entries.append(entry)
        results.append(RowResult(status="accepted"))
        if ignored:
            results[-1].ignored = ignored
    appended = await log_entries.append(service, entries)
    return RowsWritten(offset=appended.offset, results=results)


async def _write(service: Service, entry: Entry) -> Written:
    return Written(offset=(await log_entries.append(service, [entry])).offset)


async def _delete(service: Service, entry: Entry) -> Written:
    written = await _write(service, entry)
    await _settle(service)
    return written
