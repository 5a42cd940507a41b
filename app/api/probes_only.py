"""A connection beyond the limit: only probes are answered on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api import problems
from app.errors import OverloadedError

PROBES: Final = frozenset({"/livez", "/readyz"})
REASON: Final = "too many connections are open here; try again in a second"


@dataclass(frozen=True, slots=True)
class ProbesOnly:
    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] in PROBES:
            await self.app(scope, receive, send)
            return
        error = OverloadedError(REASON)
        headers = {**error.headers, "Connection": "close"}
        await problems.answer(Request(scope), error, headers=headers)(scope, receive, send)
