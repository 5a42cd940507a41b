"""Access control: who may read and who may write, decided in one place for every route.

A route is protected unless it is listed here. Reading with a method other than GET is listed too;
every other method writes, and `FORYOU_API_KEY` or a direct caller on this machine may write. Where
`FORYOU_READ_KEY` or a key for tokens is set, reading is private: the read key reads for anybody,
and a token only what belongs to its own user.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from secrets import compare_digest
from typing import TYPE_CHECKING, Any, Final, Literal

from fastapi import Request
from pydantic import SecretStr
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api import problems
from app.api.direct_caller import DirectCaller
from app.api.raw_path import route_path
from app.api.readers import ANYBODY, Reader
from app.errors import (
    BusyError,
    DiskFullError,
    ForbiddenError,
    ProblemError,
    ReadOnlyError,
    UnauthorizedError,
    UnidentifiedError,
    UnreadableError,
    UnsupportedMediaError,
    UnwrittenError,
)
from app.settings import Settings

if TYPE_CHECKING:
    from app.api.tokens import Tokens

PUBLIC: Final = frozenset(
    (
        "/",
        "/livez",
        "/readyz",
        "/metrics",
        "/docs",
        "/docs/oauth2-redirect",
        "/redoc",
        "/openapi.json",
    )
)
"""Routes that show nobody, and only answer GET."""
ASSETS: Final = ("/static-offline-docs/", "/page/")
"""The files that the documentation and the page load."""
READ_BY_POST: Final = frozenset({"/score"})
"""Routes whose body names the user; they call `Reader.check` themselves."""
OWNED: Final = re.compile("/replay/[^/]+")
"""Routes of something that belongs to one person; they call `Reader.check` themselves."""
WHAT_IF: Final = re.compile("/timeline/[^/]+/(preview|sandbox)|/users/[^/]+/rehearsal")
"""Routes that read by POST and name the user in their path."""
PERSONAL: Final = re.compile("/users/[^/]+/data")
"""Routes that show what only the read key, the person's own token and those who write may see."""
IMPERSONAL: Final = frozenset({"/products", "/simulation", "/transparency", "/transparency.json"})
"""Routes that show nobody, but are not public; any verified caller may read them."""
UNCHECKED: Final = READ_BY_POST | IMPERSONAL
READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
MAX_SHOWN: Final = 60  # characters of a header that an answer repeats

API_KEY: Final = {
    "type": "apiKey",
    "in": "header",
    "name": "X-API-Key",
    "description": "FORYOU_API_KEY; only writing needs it",
}

READ_KEY: Final = {
    "type": "http",
    "scheme": "bearer",
    "description": "FORYOU_READ_KEY, or a token that reads for its sub; needed where either is set",
}

refusals = (
    UnauthorizedError,
    ForbiddenError,
    BusyError,
    DiskFullError,
    UnwrittenError,
    ReadOnlyError,
    UnreadableError,
    UnsupportedMediaError,
)
"""The errors that a route that writes may answer."""


def purpose(method: str, path: str) -> Literal["public", "read", "write"]:
    """What a request to this path, without the root path, would do."""
    if path in PUBLIC or path.startswith(ASSETS):
        return "public"  # other methods than GET do nothing there: 405, with or without a key
    reads = method in READING or path in READ_BY_POST
    return "read" if reads or (method == "POST" and WHAT_IF.fullmatch(path)) else "write"


class Guard:
    """Refuses requests before their body is read. Plain ASGI, so that it covers what is mounted."""

    def __init__(self, app: ASGIApp, settings: Settings, tokens: Tokens | None = None) -> None:
        self.app = app
        self.settings = settings
        self.tokens = tokens
        self._is_private = settings.read_key is not None or tokens is not None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            try:
                self._admit(scope)
            except ProblemError as error:
                await problems.answer(Request(scope), error)(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _admit(self, scope: Scope) -> None:
        path = route_path(scope)
        kind = purpose(scope["method"], path)
        if kind == "write":
            self._may_write(Request(scope))
        elif kind == "read":
            reader = self._reader(scope) if self._is_private else ANYBODY
            scope.setdefault("state", {})["reader"] = reader
            if reader is ANYBODY and PERSONAL.fullmatch(path):
                self._may_write(Request(scope))

    def _reader(self, scope: Scope) -> Reader:
        """Who reads, where reading is private.

        Raises:
            UnidentifiedError: the request carries neither.
            InvalidTokenError: the token is not valid.
        """
        key, request = self.settings.read_key, Request(scope)
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        bearer = given.strip() if scheme.lower() == "bearer" else ""
        if key is not None and (carries(request, key) or same(bearer, key)):
            return Reader(trusted=True)
        if self.tokens is not None and bearer:
            return Reader(person=self.tokens.subject(bearer))
        ways = ["FORYOU_READ_KEY as X-API-Key"] if key is not None else []
        ways += ["a token as Authorization: Bearer"] if self.tokens is not None else []
        raise UnidentifiedError(f"reading is private here; send {' or '.join(ways)}")

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


def document(schema: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """The OpenAPI document, with what each operation requires under these settings. Where no key is
    set, the document names the key as one of the ways: a service elsewhere may need it."""
    reading: list[dict[str, list[str]]] = [{"Reader": []}]
    writing: list[dict[str, list[str]]] = [{"APIKeyHeader": []}]
    if not is_private(settings):
        reading.insert(0, {})
    if settings.api_key is None:
        writing.insert(0, {})
    schema["components"]["securitySchemes"] = {"APIKeyHeader": API_KEY, "Reader": READ_KEY}
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            kind = purpose(method.upper(), path)
            if kind == "write":
                operation["security"] = writing
            elif kind == "read":
                operation["security"] = reading
            if kind != "public":
                for error in (UnauthorizedError, ForbiddenError):
                    refusal = {**operation["responses"]["500"], "description": error.title}
                    operation["responses"].setdefault(str(error.status), refusal)
    return schema


async def check_route(request: Request) -> None:
    """`check`, as a dependency; asynchronous, because FastAPI runs others in a thread."""
    check(request)


def check(request: Request) -> None:
    """Check what is known only after routing; every route of the application depends on this.

    Raises:
        UnsupportedMediaError: a write whose media type is not JSON. A web page elsewhere can send
            other types without asking first (CORS).
        ForbiddenError: a token reads what does not belong to its own user.
    """
    reader: Reader = request.scope["state"].get("reader", ANYBODY)
    if reader.person is None and request.scope["method"] in READING:
        return  # whatever this route shows
    path = route_path(request.scope)
    kind = purpose(request.method, path)
    if kind == "read" and path not in UNCHECKED and not OWNED.fullmatch(path):
        _check_person(request, reader)
    if kind == "write" and request.method != "DELETE":
        given = request.headers.get("content-type", "nothing")
        media_type = given.partition(";")[0].strip().lower()
        if media_type != "application/json":
            raise UnsupportedMediaError(
                f"expected the header Content-Type: application/json, got {given[:MAX_SHOWN]}"
            )


def _check_person(request: Request, reader: Reader) -> None:
    shown = request.path_params.get("user_id")
    if shown is not None:
        reader.check(shown)
    elif reader.person is not None:
        raise ForbiddenError("this shows more than one person; only the read key may read it")


def carries(request: Request, key: SecretStr) -> bool:
    """Whether the request carries this key, compared in constant time."""
    given: Sequence[str] = request.headers.getlist("x-api-key")
    return len(given) == 1 and same(given[0], key)


def same(given: str, key: SecretStr) -> bool:
    """Whether a given key is the expected one."""
    return compare_digest(given.encode(), key.get_secret_value().encode())


def is_private(settings: Settings) -> bool:
    """Whether reading needs a key or a token."""
    return any((settings.read_key, settings.token_secret, settings.token_jwks))
