"""Long work between two answers is done in slices, so that no other answer waits for all of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Final, TypeVar

from app.serving.turns import Turns

T = TypeVar("T")
AT_ONCE: Final = 50  # items of a batch, which take a millisecond or two


async def in_slices(items: Sequence[T], turns: Turns, at_once: int = AT_ONCE) -> AsyncIterator[T]:
    """All items in their order; every few wait for their turn among the slices of all batches, so
    that many batches take no more of the event loop between two answers than one does."""
    for place, item in enumerate(items):
        if place % at_once == 0:
            await turns.begin()
        yield item
