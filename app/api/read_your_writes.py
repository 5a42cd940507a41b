"""Read your writes: `?after_offset=` waits until the state includes a write."""

from __future__ import annotations

import asyncio
from typing import Final

from app.errors import BehindError, ConflictError, ReadOnlyError
from app.serving.service import Service
from ml.errors import LogError
from ml.event_log.port import EventLog

TIMEOUT_SECONDS: Final = 1.0

refusals = (BehindError, ConflictError)
"""The errors that a route with `after_offset` may answer."""


async def reached(service: Service, offset: int | None) -> None:
    """Wait until the state includes the log up to an offset.

    Raises:
        BehindError: the state is not there within TIMEOUT_SECONDS.
        ConflictError: the log ends before this offset, so waiting is of no use.
        ReadOnlyError: the service has no log, so it has no offsets.
    """
    if not offset:
        return
    if service.tail is None or service.log is None:
        raise ReadOnlyError("it has no offsets either; ask without after_offset")
    if offset > max(service.tail.offset, service.appended):  # of another process, or of nobody
        await _check_exists(service.log, offset)
    if not await service.tail.reached(offset, TIMEOUT_SECONDS):
        raise BehindError(
            f"the state is as of offset {service.tail.offset}, not yet of {offset}; ask again"
        )


async def _check_exists(log: EventLog, offset: int) -> None:
    try:
        end = await asyncio.to_thread(lambda: log.end)
    except LogError as error:
        raise BehindError(f"offset {offset} cannot be looked up: {error}") from error
    if offset > end:
        raise ConflictError(
            f"the log ends at offset {end}, so no write has had offset {offset}; ask with the "
            f"`offset` that a write was answered with"
        )
