"""What is done in slices is done in order, and lets others have their turns."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from app.api.slices import in_slices
from app.serving.service import WRITES_AT_ONCE
from app.serving.turns import Turns


async def seen_by_others(batches: int, items: int) -> tuple[list[list[int]], list[int]]:
    """The items of batches that are done at the same time, and how many were done at each turn of
    the event loop."""
    turns, done, seen = Turns(WRITES_AT_ONCE), [list[int]() for _ in range(batches)], list[int]()

    async def others() -> None:
        while True:
            seen.append(sum(map(len, done)))
            await asyncio.sleep(0)

    async def batch(into: list[int]) -> None:
        slices = in_slices(range(items), turns)
        while (item := await anext(slices, None)) is not None:
            into.append(item)

    beside = asyncio.create_task(others())
    await asyncio.gather(*map(batch, done))
    seen.append(sum(map(len, done)))
    beside.cancel()
    return done, seen


@pytest.mark.parametrize("batches", [1, 7, WRITES_AT_ONCE])
@pytest.mark.parametrize("items", [0, 1, WRITES_AT_ONCE, WRITES_AT_ONCE + 1, 10 * WRITES_AT_ONCE])
def test_all_items_come_in_order_and_one_slice_of_all_batches_in_a_turn(
    items: int, batches: int
) -> None:
    done, seen = asyncio.run(seen_by_others(batches, items))
    assert done == [[*range(items)]] * batches
    slices = [after - before for before, after in pairwise(seen) if after > before]
    assert max(slices, default=0) <= WRITES_AT_ONCE
    whole, rest = divmod(items, WRITES_AT_ONCE)
    assert len(slices) <= batches * whole + 2 * (rest > 0)  # what is small begins together
