"""Every request has a name, is timed and counted, and leaves one line in the log."""

from __future__ import annotations

import logging
import re
from contextvars import ContextVar
from dataclasses import dataclass
from os import urandom
from time import perf_counter
from typing import TYPE_CHECKING, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.observability import refusals
from app.observability.metrics import Metrics
from app.pipeline.trace import Trace

if TYPE_CHECKING:
    from app.observability.spans import Spans

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
    spans: Spans | None = None  # where somebody collects them

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
            self._write_down(scope, record, status, start, perf_counter() - start)

    def _write_down(
        self, scope: Scope, record: Record, status: int, start: float, seconds: float
    ) -> None:
        """Count and log the request; a path or method that a caller invents names no series."""
        method = scope["method"] if scope["method"] in METHODS else "other"
        route = getattr(scope.get("route"), "path", "none")
        self.metrics.request(method, route, status, record.served_by, seconds)
        if record.trace is not None:
            self.metrics.trace(record.trace)
        if self.spans is not None and route not in ROUTINE:
            self._add_span(self.spans, method, route, scope, record, status, start, seconds)
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
        # `log.log` would look up on the stack who calls it, and in which file.
        given = log.name, level, "", 0, template, (method, path), None
        log.handle(log.makeRecord(*given, extra={"fields": fields}))

    def _add_span(
        self,
        spans: Spans,
        method: str,
        route: str,
        scope: Scope,
        record: Record,
        status: int,
        start: float,
        seconds: float,
    ) -> None:
        facts = {
            "http.request.method": method,
            "http.route": route,
            "foryou.request_id": record.request_id,
            "foryou.served_by": record.served_by,
        }
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        spans.add(f"{method} {route}", status, start, seconds, facts, headers, record.trace)


def _given_name(scope: Scope) -> str:
    """The id that the client gave the request, if it is one."""
    for name, value in scope["headers"]:
        if name == RAW_HEADER:
            given = value.decode("latin-1")
            return given if ACCEPTABLE.fullmatch(given) else ""
    return ""
