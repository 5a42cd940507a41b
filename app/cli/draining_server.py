"""A server that fails nobody who has connected to it: neither in a burst, nor when it ends."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from functools import partial
from time import monotonic
from typing import Any, Final

import uvicorn

POLL_SECONDS: Final = 0.05  # a second Ctrl-C ends the draining


class DrainingServer(uvicorn.Server):
    """Closing a socket resets the connections that wait on it to be accepted, and a proxy does not
    repeat a POST that it has sent. So they are accepted before it is closed."""

    def __init__(
        self,
        config: uvicorn.Config,
        announce: Callable[[], None] = lambda: None,
        drain_seconds: float = 0,
    ) -> None:
        """
        Args:
            announce: lets proxies know that this server is about to end.
            drain_seconds: how long it goes on as before after that.
        """
        super().__init__(config)
        self._announce, self._drain_seconds = announce, drain_seconds

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept, and let the system queue as many as the sockets ask for: uvloop has made
        the queue as short as uvicorn's `backlog` is, and a burst beyond it would be reset."""
        await super().startup(sockets)
        for listening in sockets or []:
            listening.listen()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Go on until proxies know, then listen no more, and answer everybody who has connected by
        then."""
        await self._drain()
        accepted = [one for listening in sockets or [] for one in _waiting_on(listening)]
        adopted = [asyncio.ensure_future(self._adopt(one)) for one in accepted]
        await super().shutdown(sockets)  # closes the sockets before anything else happens here
        await asyncio.gather(*adopted)

    async def _drain(self) -> None:
        self._announce()
        end = monotonic() + self._drain_seconds
        while monotonic() < end and not self.force_exit:
            await self.on_tick(0)  # the header Date goes on
            await asyncio.sleep(POLL_SECONDS)

    async def _adopt(self, accepted: socket.socket) -> None:
        """Serve a connection as asyncio would have, and have it closed after one answer."""
        protocol: Callable[..., Any] = self.config.http_protocol_class  # of uvicorn, with no type
        made = partial(
            protocol,
            config=self.config,
            server_state=self.server_state,
            app_state=self.lifespan.state,
        )
        loop = asyncio.get_running_loop()
        _, served = await loop.connect_accepted_socket(made, accepted)
        served.shutdown()


def _waiting_on(listening: socket.socket) -> Iterator[socket.socket]:
    """The connections that nobody has accepted yet; the socket does not block."""
    while True:
        try:
            yield listening.accept()[0]
        except ConnectionAbortedError:
            continue  # the client has gone; others may wait behind it
        except BlockingIOError:
            return
