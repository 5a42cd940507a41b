"""The socket on which the service listens, with a long queue that is emptied in small steps.

asyncio takes one number for both: how many connections the system queues, and how many of them the
loop accepts in one turn. The queue must be long, for bursts; and the steps short, so that those
that are too many are closed before the process has no file left. uvloop takes the number for the
queue alone, and accepts one connection in a turn; `DrainingServer` makes its queue long again.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from multiprocessing import reduction
from typing import Any, Final, Protocol

BACKLOG: Final = 2_048  # connections that nobody has accepted yet


class ListeningSocket(socket.socket):
    def listen(self, backlog: int = BACKLOG, /) -> None:
        """Listen with the long queue, whatever is asked for."""
        super().listen(BACKLOG)


class Handle(Protocol):
    """A file that another process receives."""

    def detach(self) -> int: ...


def _reduced(
    listening: ListeningSocket,
) -> tuple[Callable[..., ListeningSocket], tuple[Any, ...]]:  # what a pickle holds
    """Worker processes receive the socket as they would any other."""
    handle = reduction.DupFd(listening.fileno())
    return _rebuilt, (handle, listening.family, listening.type, listening.proto)


def _rebuilt(
    handle: Handle,
    family: socket.AddressFamily,
    kind: socket.SocketKind,
    proto: int,
) -> ListeningSocket:
    return ListeningSocket(family, kind, proto, fileno=handle.detach())


reduction.register(ListeningSocket, _reduced)
