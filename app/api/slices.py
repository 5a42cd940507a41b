"""Long work between two answers is done in slices, so that no other answer waits for all of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TypeVar

from app.serving.service import WRITES_AT_ONCE
from app.serving.turns import Turns

T = TypeVar("T")


async def in_slices(
    items: Sequence[T], turns: Turns, at_once: int = WRITES_AT_ONCE
) -> AsyncIterator[T]:
    """All items in their order; every few wait for their turn among the slices of all batches, so
    that many batches take no more of the event loop between two answers than one does.

    Args:
        turns: with room for `at_once`; slices that are as small together begin together.
    """
    for place, item in enumerate(items):
        if place % at_once == 0:
            await turns.begin(min(len(items) - place, at_once))
        yield item
