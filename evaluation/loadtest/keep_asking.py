"""Connections that are kept open, each asking again as soon as it is answered.

Written out on sockets: a client library spends longer on a request than the bare route does, and
would measure itself.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evaluation.loadtest.process import Address

LENGTH: Final = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
END: Final = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Run:
    """How long each request took, and all of them together."""

    millis: NDArray[np.float64]
    seconds: float
    bodies: list[bytes]  # of all requests, or the last alone

    @property
    def per_second(self) -> float:
        return len(self.millis) / self.seconds

    def quantile(self, share: float) -> float:
        """The time in milliseconds that this share of the requests did not exceed."""
        return float(np.quantile(self.millis, share))


def ask(address: Address, paths: Sequence[str], connections: int = 1, *, keep: bool = False) -> Run:
    """Get every path, with so many connections at once; `keep` all that is answered.

    Raises:
        ConnectionError: an answer was not 200.
    """
    return asyncio.run(_ask(address, paths, connections, keep))


async def _ask(address: Address, paths: Sequence[str], connections: int, keep: bool) -> Run:
    requests = iter([f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode() for path in paths])
    streams = [await asyncio.open_connection(*address) for _ in range(connections)]
    millis: list[float] = []
    bodies: deque[bytes] = deque(maxlen=None if keep else 1)
    asking = [_keep_asking(*stream, requests, millis, bodies) for stream in streams]
    start = perf_counter()
    try:
        await asyncio.gather(*asking)
        seconds = perf_counter() - start
    finally:
        for _, writer in streams:
            writer.close()
            await writer.wait_closed()
    return Run(np.array(millis), seconds, list(bodies))


async def _keep_asking(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    requests: Iterator[bytes],
    millis: list[float],
    bodies: deque[bytes],
) -> None:
    for request in requests:
        start = perf_counter()
        writer.write(request)
        head = await reader.readuntil(END)
        length = LENGTH.search(head)
        body = await reader.readexactly(int(length[1]) if length else 0)
        millis.append((perf_counter() - start) * 1000)
        bodies.append(body)
        if b" 200 " not in head.partition(b"\r\n")[0]:
            raise ConnectionError(f"{request!r} was answered {head[:60]!r}")
