"""A bound on the feeds that are computed at once: beyond it 503 at once, and never a long queue."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api import problems
from app.api.raw_path import route_path
from app.errors import OverloadedError

COSTLY: Final = ("/timeline/", "/score", "/follow-recommendations/")
TURNS: Final = 3  # of the loop between two beginnings: what came meanwhile is read, then begun
TURNS_OF_UVLOOP: Final = 2  # it reads at the end of a turn what asyncio reads in the next one
TOGETHER: Final = 4  # answers that leave together, at most, while feeds wait


class LoadBound:
    """Admits so many feeds at once, and lets them begin one by one.

    A feed is computed without a pause. Were all that arrive together to begin in one turn of the
    event loop, then nothing else could be answered meanwhile: neither a probe, nor a refusal of
    what is too much.

    While some wait, a few answers leave together. To send, count and log one takes half as long
    right after another as it does right after a feed was computed, which leaves nothing of it in
    the caches of the processor; and what is then asked comes together, too.
    """

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app = app
        self.limit = limit
        self._admitted = 0
        self._begun = False  # one has begun in the last turns
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._leaving: list[asyncio.Future[None]] = []  # computed, and held for a moment

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not route_path(scope).startswith(COSTLY):
            await self.app(scope, receive, send)
            return
        if self._admitted >= self.limit:
            error = OverloadedError(
                f"{self.limit} feeds are being computed here already; ask again in a second"
            )
            await problems.answer(Request(scope), error)(scope, receive, send)
            return
        self._admitted += 1
        try:
            await self._turn()
            await self.app(scope, receive, self._together(send) if self._waiting else send)
        finally:
            self._admitted -= 1

    def _together(self, send: Send) -> Send:
        """Send an answer with others, should more feeds wait when it is there."""

        async def held(message: Message) -> None:
            if message["type"] == "http.response.start":
                if self._waiting and len(self._leaving) < TOGETHER - 1:
                    leave = asyncio.get_running_loop().create_future()
                    self._leaving.append(leave)
                    await leave
                else:
                    self._release()
            await send(message)

        return held

    def _release(self) -> None:
        for leave in self._leaving:
            if not leave.done():
                leave.set_result(None)
        self._leaving.clear()

    async def _turn(self) -> None:
        """Wait until no other feed has begun in the last turns; in order of arrival."""
        loop = asyncio.get_running_loop()
        if not self._begun:
            self._begun = True
            loop.call_soon(self._next_turn, loop, _turns(loop))
            return
        turn = loop.create_future()
        self._waiting.append(turn)
        await turn

    def _next_turn(self, loop: asyncio.AbstractEventLoop, turns: int) -> None:
        if turns > 1:
            loop.call_soon(self._next_turn, loop, turns - 1)
            return
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():  # it is cancelled where the server stops
                turn.set_result(None)
                loop.call_soon(self._next_turn, loop, _turns(loop))
                return
        self._begun = False
        self._release()


def _turns(loop: asyncio.AbstractEventLoop) -> int:
    return TURNS if isinstance(loop, asyncio.BaseEventLoop) else TURNS_OF_UVLOOP
