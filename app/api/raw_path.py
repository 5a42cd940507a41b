"""Splits the raw path before it is decoded, so that an id may hold a slash."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from starlette.types import ASGIApp, Receive, Scope, Send


@dataclass(frozen=True, slots=True)
class RawPath:
    """Plain ASGI: routes match a path whose segments are decoded one by one.

    Servers decode the whole path, after which `a%2Fb` and `a/b` are the same. Here `%` and `/`
    inside a segment stay percent-encoded, and the types of path parameters decode them.
    """

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            raw = scope.get("raw_path")
            if raw is None:  # which ASGI allows; such a server cannot tell a%2Fb from a/b
                scope["path"] = scope["path"].replace("%", "%25")
            elif b"%" in raw:
                scope["path"] = "/".join(map(_segment, raw.split(b"/")))
        await self.app(scope, receive, send)


def _segment(raw: bytes) -> str:
    """A segment in which only `%` and `/` are percent-encoded; as it came where it is not UTF-8."""
    try:
        decoded = unquote_to_bytes(raw).decode()
    except UnicodeDecodeError:
        return raw.decode("ascii", "backslashreplace")
    return decoded.replace("%", "%25").replace("/", "%2F")


def as_sent(scope: Scope) -> str:
    """The path of a request as it was sent, percent-encoded."""
    path: str | bytes = scope.get("raw_path") or scope["path"]
    return path if isinstance(path, str) else path.decode("ascii", "backslashreplace")


def route_path(scope: Scope) -> str:
    """The path that routes match: without the root path under which a proxy serves it."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))
