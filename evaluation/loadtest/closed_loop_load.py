"""Connections that are kept open, each asking again as soon as it is answered."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from evaluation.client import Address, Connection, request


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
    requests = iter([request("GET", path) for path in paths])
    opened = [await Connection.to(address) for _ in range(connections)]
    millis: list[float] = []
    bodies: deque[bytes] = deque(maxlen=None if keep else 1)
    start = perf_counter()
    try:
        await asyncio.gather(*(_keep_asking(one, requests, millis, bodies) for one in opened))
        seconds = perf_counter() - start
    finally:
        for connection in opened:
            await connection.close()
    return Run(np.array(millis), seconds, list(bodies))


async def _keep_asking(
    connection: Connection, requests: Iterator[bytes], millis: list[float], bodies: deque[bytes]
) -> None:
    for wanted in requests:
        answer = await connection.send(wanted)
        millis.append(answer.millis)
        bodies.append(answer.body)
        if answer.status != 200:
            raise ConnectionError(f"{wanted!r} was answered {answer.status}")
