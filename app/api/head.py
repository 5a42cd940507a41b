"""HEAD is answered wherever GET is: the same status and headers, and no body."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass(frozen=True, slots=True)
class HeadAsGet:
    """Answers HEAD as the GET of the same path."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return
        # The server reads the method of its own scope, to leave out the body.
        inner = {**scope, "method": "GET", "state": {**scope.get("state", {}), "head": True}}

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        try:
            await self.app(inner, receive, without_body)
        finally:
            if "route" in inner:
                scope["route"] = inner["route"]  # for the log


def is_head(request: Request) -> bool:
    """Whether the request that is answered was a HEAD."""
    return "head" in request.scope["state"]
