"""Connections that are kept open, each asking again as soon as it is answered.

Plain sockets and one loop: the client shares the machine with what it measures, so it must cost
little beside a bare route.
"""

from __future__ import annotations

import select
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from time import perf_counter, process_time
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evaluation.client import END, LENGTH, Address, request

CHUNK: Final = 2**18  # bytes read at once: a whole answer, mostly
PATIENCE: Final = 60.0  # seconds for an answer


@dataclass(frozen=True, slots=True)
class Run:
    """How long each request took, and all of them together."""

    millis: NDArray[np.float64]
    seconds: float
    bodies: list[bytes]  # of all requests, or the last alone
    client_seconds: float = 0.0  # of CPU that asking took

    @property
    def per_second(self) -> float:
        return len(self.millis) / self.seconds

    def quantile(self, share: float) -> float:
        """The time in milliseconds that this share of the requests did not exceed."""
        return float(np.quantile(self.millis, share))


def ask(address: Address, paths: Sequence[str], connections: int = 1, *, keep: bool = False) -> Run:
    """Get every path, with so many connections at once; `keep` all that is answered.

    Raises:
        ConnectionError: an answer was not 200, or the server is gone.
    """
    waiting = iter([request("GET", path) for path in paths])
    millis: list[float] = []
    bodies: list[bytes] = []
    with ExitStack() as stack:
        asking = [stack.enter_context(_Asking(address)) for _ in range(connections)]
        start, spent = perf_counter(), process_time()
        for one in _answered(asking, waiting):
            millis.append(one.millis)
            if keep or not bodies:
                bodies.append(one.body)
            else:
                bodies[0] = one.body
        seconds, spent = perf_counter() - start, process_time() - spent
    return Run(np.array(millis), seconds, bodies, spent)


def _answered(asking: Sequence[_Asking], waiting: Iterator[bytes]) -> Iterator[_Asking]:
    """Each connection whenever it was answered, before it asks again."""
    poll = select.poll()
    open_: dict[int, _Asking] = {}
    for one, given in zip(asking, waiting, strict=False):
        open_[one.socket.fileno()] = one
        poll.register(one.socket, select.POLLIN)
        one.send(given)
    while open_:
        ready = poll.poll(1000 * PATIENCE)
        if not ready:
            raise ConnectionError(f"nothing was answered in {PATIENCE:.0f} s")
        for file, _ in ready:
            one = open_[file]
            if not one.receive():
                continue
            yield one
            following = next(waiting, None)
            if following is not None:
                one.send(following)
            else:
                poll.unregister(file)
                del open_[file]


class _Asking:
    """A connection with at most one request under way."""

    def __init__(self, address: Address) -> None:
        self.socket = socket.create_connection(address, PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> _Asking:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, given: bytes) -> None:
        self._received, self._expected = b"", 0
        self._start = perf_counter()
        self.socket.sendall(given)

    def receive(self) -> bool:
        """Read what is there; whether the answer is whole."""
        if not (chunk := self.socket.recv(CHUNK)):
            raise ConnectionError("the server closed the connection")
        self._received += chunk
        if not self._expected:
            head = self._received.find(END)
            if head < 0:
                return False
            length = LENGTH.search(self._received, 0, head + 2)
            self._body = head + len(END)
            self._expected = self._body + (int(length[1]) if length else 0)
        if len(self._received) < self._expected:
            return False
        self.millis = (perf_counter() - self._start) * 1000
        if self._received[9:12] != b"200":
            raise ConnectionError(f"{self._received[9:12].decode()}: {self.body[:300]!r}")
        return True

    @property
    def body(self) -> bytes:
        return self._received[self._body :]
