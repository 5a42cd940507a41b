"""Work begins in order of arrival, with turns of the event loop between two beginnings."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import pairwise

import pytest
import uvloop

from app.serving.turns import TURNS, TURNS_OF_UVLOOP, Turns

loops = pytest.mark.parametrize(
    ("loop_factory", "between"),
    [(asyncio.SelectorEventLoop, TURNS), (uvloop.new_event_loop, TURNS_OF_UVLOOP)],
)


async def begin(turns: Turns, name: int, begun: list[int | str]) -> None:
    await turns.begin()
    begun.append(name)


async def until_rested(rested: asyncio.Event, begun: list[int | str]) -> None:
    while not rested.is_set():
        await asyncio.sleep(0)
        begun.append("turn")


@loops
def test_turns_pass_between_two_beginnings_and_who_gives_up_is_left_out(
    loop_factory: Callable[[], asyncio.AbstractEventLoop], between: int
) -> None:
    begun: list[int | str] = []

    async def story() -> None:
        rested = asyncio.Event()
        turns = Turns(rested=rested.set)
        waiting = [asyncio.create_task(begin(turns, n, begun)) for n in range(4)]
        await asyncio.sleep(0)
        assert turns.are_awaited
        waiting[2].cancel()
        await until_rested(rested, begun)
        assert not turns.are_awaited
        rested.clear()
        await begin(turns, 4, begun)  # nobody has begun lately

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(asyncio.wait_for(story(), 20))
    assert [one for one in begun if one != "turn"] == [0, 1, 3, 4]
    places = [place for place, one in enumerate(begun) if one != "turn"]
    assert all(after - before >= between for before, after in pairwise(places))
