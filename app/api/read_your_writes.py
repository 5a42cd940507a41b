"""Read your writes: `?after_offset=` waits until the state includes a write."""

from __future__ import annotations

from typing import Final

from app.errors import BehindError, ReadOnlyError
from app.serving.service import Service

TIMEOUT_SECONDS: Final = 1.0

refusals = (BehindError,)
"""The errors that a route with `after_offset` may answer."""


async def reached(service: Service, offset: int | None) -> None:
    """Wait until the state includes the log up to an offset.

    Raises:
        BehindError: the state is not there within TIMEOUT_SECONDS.
        ReadOnlyError: the service has no log, so it has no offsets.
    """
    if not offset:
        return
    if service.tail is None:
        raise ReadOnlyError("it has no offsets either; ask without after_offset")
    if not await service.tail.reached(offset, TIMEOUT_SECONDS):
        raise BehindError(
            f"the state is as of offset {service.tail.offset}, not yet of {offset}; ask again"
        )
