"""Long work begins a piece at a time, with turns of the event loop between two beginnings."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

TURNS: Final = 3  # of the loop between two beginnings: what came meanwhile is read, then begun
TURNS_OF_UVLOOP: Final = 2  # it reads at the end of a turn what asyncio reads in the next one


class Turns:
    """Lets pieces of work, each done without a pause, begin in order of arrival, on one event loop.

    Were all that arrive together to begin in one turn of the event loop, then nothing else could
    be answered meanwhile: neither a probe, nor a refusal of what is too much.
    """

    def __init__(self, room: int = 1, rested: Callable[[], None] = lambda: None) -> None:
        """
        Args:
            room: the sizes of the pieces that begin together add up to this, at most.
            rested: called when the turns after a beginning have passed and nobody waits.
        """
        self.room = room
        self._rested = rested
        self._taken = 0  # of the room, by pieces that have begun in the last turns
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    @property
    def are_awaited(self) -> bool:
        """Whether somebody waits to begin."""
        return bool(self._waiting)

    async def begin(self, size: int = 1) -> None:
        """Wait until a piece of this size, from 1 to the whole room, has room beside what has begun
        in the last turns, and nobody who was here before waits."""
        loop = asyncio.get_running_loop()
        if not self._waiting and self._taken + size <= self.room:
            if not self._taken:
                loop.call_soon(self._next, loop, _turns(loop))
            self._taken += size
            return
        turn = loop.create_future()
        self._waiting.append((size, turn))
        await turn

    def _next(self, loop: asyncio.AbstractEventLoop, turns: int) -> None:
        if turns > 1:
            loop.call_soon(self._next, loop, turns - 1)
            return
        self._taken = 0
        while self._waiting and self._taken + self._waiting[0][0] <= self.room:
            size, turn = self._waiting.popleft()
            if not turn.done():  # it is cancelled where the server stops
                self._taken += size
                turn.set_result(None)
        if self._taken:
            loop.call_soon(self._next, loop, _turns(loop))
        else:
            self._rested()


def _turns(loop: asyncio.AbstractEventLoop) -> int:
    return TURNS if isinstance(loop, asyncio.BaseEventLoop) else TURNS_OF_UVLOOP
