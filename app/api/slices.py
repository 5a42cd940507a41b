"""Long work between two answers is done in slices, so that no other answer waits for all of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TypeVar

from app.serving.turns import Turns

T = TypeVar("T")


async def in_slices(items: Sequence[T], turns: Turns) -> AsyncIterator[T]:
    """All items in their order; as many as there is room for wait for their turn among the slices
    of all batches, so that many batches take no more of the event loop between two answers than one
    does."""
    for place, item in enumerate(items):
        if place % turns.room == 0:
            await turns.begin(min(len(items) - place, turns.room))
        yield item
