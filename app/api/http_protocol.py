"""Limits of one connection, for both of uvicorn's HTTP protocols: h11 and httptools."""

from __future__ import annotations

import asyncio
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Final, cast

from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from app.api.connections import SWEEP_SECONDS, Connections
from app.api.joined_writes import JoinedWrites
from app.api.probes_only import ProbesOnly
from app.api.problems import raw
from app.errors import OverloadedError, ProblemError, RequestTimeoutError, UnreadableError

LAST_SECONDS: Final = 0.5  # for a request that is on its way when the server ends


class Phase(Enum):
    OPENED = auto()  # nothing has come
    HEADER = auto()  # a part of a header has come
    BODY = auto()  # a part of a body has come
    ANSWERING = auto()  # the request is complete, the answer is not
    IDLE = auto()  # the answer is complete; uvicorn closes it in time


OPENED, HEADER, BODY, ANSWERING, IDLE = Phase  # looking up a member of an enumeration costs more


if TYPE_CHECKING:

    class Base(asyncio.Protocol):
        """What both protocols of uvicorn have."""

        def on_response_complete(self) -> None: ...

        def shutdown(self) -> None: ...

else:
    Base = asyncio.Protocol


class Limited(Base):
    """To be mixed into a protocol of uvicorn, before it in the order of bases."""

    app: ASGIApp
    app_state: dict[str, Any]  # that of the lifespan; `connections` is ours
    transport: asyncio.Transport
    client: tuple[str, int] | None
    cycle: Any  # RequestResponseCycle: each protocol has its own class of this name
    proven = False
    _is_last = False  # the next request is, since the server ends

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._loop = asyncio.get_running_loop()
        joined = JoinedWrites(cast(asyncio.Transport, transport), self._loop)
        super().connection_made(cast(asyncio.BaseTransport, joined))
        self._held: Connections = self.app_state["connections"]
        self._blocked_since: float | None = None  # it does not read its answer
        self._enter(OPENED)
        admitted = self._held.admit(self)
        if admitted == "refused":
            self._refuse(OverloadedError("too many connections are open; try again in a second"))
        elif admitted == "probes":
            self.app = ProbesOnly(self.app)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        cycle = self.cycle
        if cycle is not None and self._is_last:
            cycle.keep_alive = False
        if cycle is None or cycle.response_complete:
            if self._phase in (OPENED, IDLE):
                self._enter(HEADER)
        elif cycle.more_body:
            self._enter(BODY)
        else:
            self._enter(ANSWERING)
            self._held.answers(self)

    def on_response_complete(self) -> None:
        self.proven = True
        super().on_response_complete()
        if self.cycle.response_complete:  # no other request was sent behind it
            self._enter(IDLE)
            self._held.waits(self)

    def shutdown(self) -> None:
        """Answer a request that is on its way, or being answered, and close."""
        if self._is_answering:
            super().shutdown()
        else:
            self._is_last = True
            self._loop.call_later(LAST_SECONDS, self._close_unless_answering)

    @property
    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _close_unless_answering(self) -> None:
        if not self._is_answering:
            self.transport.close()

    def pause_writing(self) -> None:
        self._blocked_since = self._loop.time()
        super().pause_writing()

    def resume_writing(self) -> None:
        self._blocked_since = None
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._held.closed(self)
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """What uvicorn calls where a request cannot be parsed; its own answer is plain text."""
        self._refuse(UnreadableError("this is not a request in HTTP/1.1"))

    def overdue(self, now: float) -> str | None:
        header, idle = self._held.header_seconds, self._held.idle_seconds
        if self._blocked_since is not None and now - self._blocked_since > idle:
            return "it did not read its answer in FORYOU_IDLE_SECONDS"
        waited = now - self._since
        if self._phase in (OPENED, HEADER) and waited > header:
            return "no whole header came in FORYOU_HEADER_SECONDS"
        if self._phase in (BODY, IDLE) and waited > idle + SWEEP_SECONDS:
            return "nothing came in FORYOU_IDLE_SECONDS"
        return None

    def drop(self, reason: str) -> None:
        if self._phase is HEADER:
            self._refuse(RequestTimeoutError(f"{reason}; send the header at once"))
        self.transport.abort()

    def _enter(self, phase: Phase) -> None:
        self._phase, self._since = phase, self._loop.time()

    def _refuse(self, error: ProblemError) -> None:
        """Answer without a request, unless another answer is on its way; then close."""
        if self.cycle is None or self.cycle.response_complete:
            self.transport.write(raw(error))
        self.transport.close()


class LimitedH11(Limited, H11Protocol):
    """The protocol in pure Python."""
