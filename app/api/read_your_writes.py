"""`?after_offset=`: who has just written may ask to read what came of it."""

from __future__ import annotations

from typing import Final

from app.errors import BehindError, ReadOnlyError
from app.serving.service import Service

TIMEOUT_SECONDS: Final = 1.0


async def reached(service: Service, offset: int | None) -> None:
    """Wait until all up to an offset has had its effect.

    Raises:
        BehindError: it takes too long.
        ReadOnlyError: nothing can have been written here.
    """
    if not offset:
        return
    if service.tail is None:
        raise ReadOnlyError("it has no offsets either; ask without after_offset")
    if not await service.tail.reached(offset, TIMEOUT_SECONDS):
        raise BehindError(
            f"the state is as of offset {service.tail.offset}, not yet of {offset}; ask again"
        )
