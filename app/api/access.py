"""Access control: who may read and who may write, decided in one place for every route.

A route is protected unless it is listed here. Reading with a method other than GET is listed too;
every other method writes, and `FORYOU_API_KEY` or a direct caller on this machine may write.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from secrets import compare_digest
from typing import Any, Final, Literal

from fastapi import Request
from pydantic import SecretStr
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api import problems
from app.api.direct_caller import DirectCaller
from app.errors import (
    BusyError,
    ForbiddenError,
    ProblemError,
    ReadOnlyError,
    UnauthorizedError,
    UnreadableError,
    UnsupportedMediaError,
)
from app.settings import Settings

PUBLIC: Final = frozenset(
    ("/livez", "/readyz", "/metrics", "/docs", "/docs/oauth2-redirect", "/redoc", "/openapi.json")
)
"""Routes that show nobody."""
ASSETS: Final = "/static-offline-docs/"
"""The files that the documentation pages load."""
READ_BY_POST: Final = frozenset({"/score"})
READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
MAX_SHOWN: Final = 60  # characters of a header that an answer repeats

API_KEY: Final = {
    "type": "apiKey",
    "in": "header",
    "name": "X-API-Key",
    "description": "FORYOU_API_KEY; only writing needs it",
}

refusals = (
    UnauthorizedError,
    ForbiddenError,
    BusyError,
    ReadOnlyError,
    UnreadableError,
    UnsupportedMediaError,
)
"""The errors that a route that writes may answer."""


def purpose(method: str, path: str) -> Literal["public", "read", "write"]:
    """What a request to this path, without the root path, would do."""
    if method not in READING and path not in READ_BY_POST:
        return "write"
    return "public" if path in PUBLIC or path.startswith(ASSETS) else "read"


@dataclass(frozen=True, slots=True)
class Guard:
    """Refuses requests before their body is read. Plain ASGI, so that it covers what is mounted."""

    app: ASGIApp
    settings: Settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        try:
            self._admit(request)
        except ProblemError as error:
            await problems.answer(request, error)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _admit(self, request: Request) -> None:
        if purpose(request.method, route_path(request)) == "write":
            self._may_write(request)

    def _may_write(self, request: Request) -> None:
        """Refuse a request that may not write.

        Raises:
            UnauthorizedError: a key is set, and the request does not carry it.
            ForbiddenError: no key is set, and the request is not a direct one from this machine.
        """
        expected = self.settings.api_key
        if expected is not None:
            if not carries(request, expected):
                raise UnauthorizedError("send the key of this service as X-API-Key")
        elif (reason := DirectCaller(self.settings).refusal(request)) is not None:
            raise ForbiddenError(
                f"without FORYOU_API_KEY only a direct request from this machine may write, but "
                f"{reason}; set FORYOU_API_KEY and send it as X-API-Key"
            )


def document(schema: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI document, with what each operation requires."""
    schema["components"]["securitySchemes"] = {"APIKeyHeader": API_KEY}
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            if purpose(method.upper(), path) == "write":
                operation["security"] = [{"APIKeyHeader": []}]
    return schema


async def check_route(request: Request) -> None:
    """Check what is known only after routing; every route of the application depends on this.

    Raises:
        UnsupportedMediaError: a write whose media type is not JSON. A web page elsewhere can send
            other types without asking first (CORS).
    """
    writes = purpose(request.method, route_path(request)) == "write"
    if writes and request.method != "DELETE":
        given = request.headers.get("content-type", "nothing")
        media_type = given.partition(";")[0].strip().lower()
        if media_type != "application/json":
            raise UnsupportedMediaError(
                f"expected the header Content-Type: application/json, got {given[:MAX_SHOWN]}"
            )


def carries(request: Request, key: SecretStr) -> bool:
    """Whether the request carries this key, compared in constant time."""
    given: Sequence[str] = request.headers.getlist("x-api-key")
    return len(given) == 1 and same(given[0], key)


def same(given: str, key: SecretStr) -> bool:
    return compare_digest(given.encode(), key.get_secret_value().encode())


def route_path(request: Request) -> str:
    """The path without the root path under which a proxy serves it."""
    path: str = request.scope["path"]
    return path.removeprefix(request.scope.get("root_path", ""))
