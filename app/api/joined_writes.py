"""A transport that sends the header of an answer together with its body."""

from __future__ import annotations

import asyncio
from typing import Any


class JoinedWrites:
    """Joins what is written to what is written next, should that come in the same turn of the event
    loop. A transport sends everything at once, so that each answer would cost two system calls,
    and wake its client with a header alone.

    All else is the transport's own.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._held: Any = b""  # bytes, written and not sent yet

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: Any) -> None:
        """Send some bytes with those before them, or hold them for those behind them."""
        if self._held:
            joined, self._held = b"".join((self._held, data)), b""
            self._transport.write(joined)
        elif data:
            self._held = data
            self._loop.call_soon(self._send)

    def close(self) -> None:
        """Send everything, and close."""
        self._send()
        self._transport.close()

    def _send(self) -> None:
        held, self._held = self._held, b""
        if held and not self._transport.is_closing():  # nobody reads what is sent after that
            self._transport.write(held)
