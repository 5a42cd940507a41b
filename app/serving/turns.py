"""Long work begins one piece at a time, with turns of the event loop between two beginnings."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

TURNS: Final = 3  # of the loop between two beginnings: what came meanwhile is read, then begun
TURNS_OF_UVLOOP: Final = 2  # it reads at the end of a turn what asyncio reads in the next one


class Turns:
    """Lets pieces of work, each done without a pause, begin one by one.

    Were all that arrive together to begin in one turn of the event loop, then nothing else could
    be answered meanwhile: neither a probe, nor a refusal of what is too much.
    """

    def __init__(self, rested: Callable[[], None] = lambda: None) -> None:
        """
        Args:
            rested: called when the turns after a beginning have passed and nobody waits.
        """
        self._rested = rested
        self._begun = False  # some piece has begun in the last turns
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def are_awaited(self) -> bool:
        """Whether somebody waits to begin."""
        return bool(self._waiting)

    async def begin(self) -> None:
        """Wait until nothing else has begun in the last turns; in order of arrival."""
        loop = asyncio.get_running_loop()
        if not self._begun:
            self._begun = True
            loop.call_soon(self._next, loop, _turns(loop))
            return
        turn = loop.create_future()
        self._waiting.append(turn)
        await turn

    def _next(self, loop: asyncio.AbstractEventLoop, turns: int) -> None:
        if turns > 1:
            loop.call_soon(self._next, loop, turns - 1)
            return
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():  # it is cancelled where the server stops
                turn.set_result(None)
                loop.call_soon(self._next, loop, _turns(loop))
                return
        self._begun = False
        self._rested()


def _turns(loop: asyncio.AbstractEventLoop) -> int:
    return TURNS if isinstance(loop, asyncio.BaseEventLoop) else TURNS_OF_UVLOOP
