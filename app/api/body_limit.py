"""A bound on the bodies of requests: 413 where one is larger."""

from __future__ import annotations

from typing import Final

from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

OF_A_BODY: Final = frozenset((b"content-length", b"transfer-encoding"))  # RFC 9112, section 6


class BodyLimit:
    """Plain ASGI: most requests have no body, so nothing watches what they send."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app = app
        self.limited = RequestBodyLimitMiddleware(app, limit)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self.limited if _has_body(scope) else self.app
        await answer(scope, receive, send)


def _has_body(scope: Scope) -> bool:
    return scope["type"] == "http" and not OF_A_BODY.isdisjoint(dict(scope["headers"]))
