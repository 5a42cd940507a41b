"""Access control for writes: the holder of the API key, or without a key this machine only."""

from __future__ import annotations

from ipaddress import ip_address
from secrets import compare_digest
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader

from app.api.dependencies import EngineInUse
from app.errors import (
    BusyError,
    DiskFullError,
    ForbiddenError,
    ReadOnlyError,
    UnauthorizedError,
    UnreadableError,
    UnsupportedMediaError,
    UnwrittenError,
)

_KEY = APIKeyHeader(
    name="X-API-Key", auto_error=False, description="FORYOU_API_KEY; only writing needs it"
)


async def may_write(
    request: Request, engine: EngineInUse, given: Annotated[str | None, Security(_KEY)]
) -> None:
    """Refuse a request that may not write.

    Raises:
        UnauthorizedError: a key is set, and the request does not carry it.
        ForbiddenError: no key is set, and other machines can reach this service.
    """
    expected = engine.settings.api_key
    if expected is not None:
        if not compare_digest((given or "").encode(), expected.get_secret_value().encode()):
            raise UnauthorizedError("send the key of this service as X-API-Key")
    elif not (is_loopback(engine.settings.host) and _came_by_loopback(request)):
        raise ForbiddenError(
            "other machines can reach this service and it has no key, so it takes no writes; set "
            "FORYOU_API_KEY, or listen on 127.0.0.1"
        )


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

Writer = Depends(may_write)
"""The dependency of a route that writes: `dependencies=[Writer]`."""


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens on this host."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _came_by_loopback(request: Request) -> bool:
    """Whether the request reached the server on a loopback address.

    Another ASGI server can listen on an address that the settings do not name. A Unix socket has
    no port, and a host that is no address belongs to a test client: both count as loopback.
    """
    host, port = request.scope.get("server") or ("", None)
    return port is None or not _is_address(host) or is_loopback(host)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
