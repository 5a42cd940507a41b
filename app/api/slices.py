"""Long work between two answers is done in slices, so that no other answer waits for all of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Final, TypeVar

T = TypeVar("T")
AT_ONCE: Final = 50  # items of a batch, which take a millisecond or two


async def in_slices(items: Sequence[T], at_once: int = AT_ONCE) -> AsyncIterator[T]:
    """All items in their order, with a turn of the event loop for others after every few."""
    for place, item in enumerate(items):
        if place and place % at_once == 0:
            await asyncio.sleep(0)
        yield item
