"""What is done in slices is done in order, and lets others have their turns."""

from __future__ import annotations

import asyncio

import pytest

from app.api.slices import AT_ONCE, in_slices


@pytest.mark.parametrize("items", [0, 1, AT_ONCE, AT_ONCE + 1, 10 * AT_ONCE])
def test_all_items_come_in_order_with_a_turn_for_others_between_slices(items: int) -> None:
    done: list[int] = []
    seen: list[int] = []  # how much was done at each turn of others

    async def others() -> None:
        while True:
            seen.append(len(done))
            await asyncio.sleep(0)

    async def both() -> None:
        beside = asyncio.create_task(others())
        await asyncio.sleep(0)
        slices = in_slices(range(items))
        while (item := await anext(slices, None)) is not None:
            done.append(item)
        beside.cancel()

    asyncio.run(both())
    assert done == [*range(items)]
    assert seen == [*range(0, max(items, 1), AT_ONCE)]
