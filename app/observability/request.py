"""Every request has a name, is timed and counted, and leaves one line in the log."""

from __future__ import annotations

import logging
import re
from contextvars import ContextVar
from dataclasses import dataclass
from time import perf_counter
from typing import Final
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.observability import refusals
from app.observability.metrics import Metrics
from app.pipeline.trace import Trace

HEADER: Final = "X-Request-ID"
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

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        record = Record(given if ACCEPTABLE.fullmatch(given) else uuid4().hex)
        scope.setdefault("state", {})["request_id"] = record.request_id
        _current.set(record)  # the server gives every request a context of its own
        status, start = 500, perf_counter()

        async def named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = record.request_id
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
        if logger.isEnabledFor(level):
            path = (scope.get("raw_path") or scope["path"].encode()).decode("ascii", "replace")
            fields = {
                "method": method,
                "path": path,
                "status": status,
                "milliseconds": round(seconds * 1000, 2),
                "served_by": record.served_by or None,
            }
            if status in refusals.STATUSES:
                template = f"refused with {status}: %s %s"
                refusals.logger.log(level, template, method, path, extra={"fields": fields})
            else:
                logger.log(level, "%s %s", method, path, extra={"fields": fields})
