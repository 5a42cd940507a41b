"""Connections that are kept open, each asking again as soon as it is answered."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from evaluation.client import Address, Connection


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
    waiting = iter(paths)
    millis: list[float] = []
    bodies: deque[bytes] = deque(maxlen=None if keep else 1)

    async def keep_asking(connection: Connection) -> None:
        for path in waiting:
            answer = await connection.get(path)
            millis.append(answer.millis)
            bodies.append(answer.body)
            answer.ok()

    async with AsyncExitStack() as stack:
        opened = [
            await stack.enter_async_context(Connection.open(address)) for _ in range(connections)
        ]
        start = perf_counter()
        await asyncio.gather(*map(keep_asking, opened))
        seconds = perf_counter() - start
    return Run(np.array(millis), seconds, list(bodies))
