"""A bound on the feeds that are computed at once: beyond it 503 at once, and never a long queue."""

from __future__ import annotations

import asyncio
from typing import Final

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api import problems
from app.api.raw_path import route_path
from app.errors import OverloadedError
from app.serving.turns import Turns

COSTLY: Final = ("/timeline/", "/score", "/follow-recommendations/")
TOGETHER: Final = 4  # answers that leave together, at most, while feeds wait


class LoadBound:
    """Admits so many feeds at once, and lets them begin one by one.

    While some wait, a few answers leave together. To send, count and log one takes half as long
    right after another as it does right after a feed was computed, which leaves nothing of it in
    the caches of the processor; and what is then asked comes together, too.
    """

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app = app
        self.limit = limit
        self._admitted = 0
        self._turns = Turns(rested=self._release)
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
            await self._turns.begin()
            held = self._together(send) if self._turns.are_awaited else send
            await self.app(scope, receive, held)
        finally:
            self._admitted -= 1

    def _together(self, send: Send) -> Send:
        """Send an answer with others, should more feeds wait when it is there."""

        async def held(message: Message) -> None:
            if message["type"] == "http.response.start":
                if self._turns.are_awaited and len(self._leaving) < TOGETHER - 1:
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
