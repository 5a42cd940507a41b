"""Every request has a name, is timed and counted, and leaves one line in the log."""

from __future__ import annotations

import logging
import re
from contextvars import ContextVar
from dataclasses import dataclass, field
from os import urandom
from time import perf_counter, time
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.observability import refusals
from app.observability.metrics import Metrics
from app.pipeline.trace import Trace

HEADER: Final = "X-Request-ID"
RAW_HEADER: Final = HEADER.lower().encode()
ACCEPTABLE: Final = re.compile(r"[\w.:@-]{1,128}", re.ASCII)
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
ROUTINE: Final = frozenset({"/livez", "/readyz", "/metrics"})  # asked by machines, all day long

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Record:
    """The facts about a request that are collected while it is answered."""

    request_id: str
    served_by: str = ""
    trace: Trace | None = None


_current: ContextVar[Record | None] = ContextVar("request", default=None)


def current() -> Record | None:
    """The request that is being answered here, if there is one."""
    return _current.get()


def answers(product: str, trace: Trace) -> None:
    """Record which product answers the current request, and its trace."""
    if record := _current.get():
        record.served_by, record.trace = product, trace


@dataclass(frozen=True, slots=True)
class Observed:
    """Plain ASGI: a `BaseHTTPMiddleware` would cost more than the feed's sources together."""

    app: ASGIApp
    metrics: Metrics
    like: logging.LogRecord = field(default_factory=lambda: _any_record())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        record = Record(_given_name(scope) or urandom(16).hex())
        scope.setdefault("state", {})["request_id"] = record.request_id
        _current.set(record)  # the server gives every request a context of its own
        name = (RAW_HEADER, record.request_id.encode())
        status, start = 500, perf_counter()

        async def named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), name]
            await send(message)

        try:
            await self.app(scope, receive, named)
        finally:
            self._write_down(scope, record, status, perf_counter() - start)

    def _write_down(self, scope: Scope, record: Record, status: int, seconds: float) -> None:
        """Count and log the request; a path or method that a caller invents names no series."""
        method = scope["method"] if scope["method"] in METHODS else "other"
        route = getattr(scope.get("route"), "path", "none")
        self.metrics.request(method, route, status, record.served_by, seconds)
        if record.trace is not None:
            self.metrics.trace(record.trace)
        level = logging.DEBUG if route in ROUTINE and status < 400 else logging.INFO
        if not logger.isEnabledFor(level):
            return
        path = (scope.get("raw_path") or scope["path"].encode()).decode("ascii", "replace")
        fields = {
            "method": method,
            "path": path,
            "status": status,
            "milliseconds": round(seconds * 1000, 2),
            "served_by": record.served_by or None,
        }
        log, template = logger, "%s %s"
        if status in refusals.STATUSES:
            log, template = refusals.logger, f"refused with {status}: {template}"
        log.handle(Line(self.like, log.name, level, template, (method, path), fields))


class Line(logging.LogRecord):
    """What `log.log` would make, which looks up on the stack who calls it, and in which file."""

    def __init__(
        self,
        like: logging.LogRecord,
        name: str,
        level: int,
        template: str,
        given: tuple[str, ...],
        fields: dict[str, object],
    ) -> None:
        """
        Args:
            like: a record of this process; the facts that all of its records share.
        """
        shared, now = vars(like), time()
        self.__dict__ = {
            **shared,
            "name": name,
            "levelno": level,
            "levelname": logging.getLevelName(level),
            "msg": template,
            "args": given,
            "created": now,
            "msecs": now % 1 * 1000,
            "relativeCreated": like.relativeCreated + (now - like.created) * 1000,
            "fields": fields,
        }


def _any_record() -> logging.LogRecord:
    return logging.LogRecord("", logging.NOTSET, "", 0, "", None, None)


def _given_name(scope: Scope) -> str:
    """The id that the client gave the request, if it is one."""
    for name, value in scope["headers"]:
        if name == RAW_HEADER:
            given = value.decode("latin-1")
            return given if ACCEPTABLE.fullmatch(given) else ""
    return ""
