"""Requests at a given rate, whether or not those before them are answered: as people come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from evaluation.client import Address, Answer, Connection


class OpenLoopLoad:
    """A request is late from the moment at which it was due, as in Tene's "coordinated omission":
    who has to wait for a connection has waited."""

    def __init__(self, address: Address, per_second: float, requests: Iterator[bytes]) -> None:
        self._address = address
        self._every = 1 / per_second
        self._requests = requests
        self._free: list[Connection] = []
        self.millis: list[float] = []
        self.sent: list[float] = []  # when each was due, as `perf_counter` tells
        self.refused: list[str] = []

    async def run(self) -> None:
        """Until everything is asked and answered, or it is cancelled."""
        due = perf_counter()
        asking: set[asyncio.Task[None]] = set()
        try:
            for wanted in self._requests:
                await asyncio.sleep(max(due - perf_counter(), 0))
                task = asyncio.create_task(self._ask(wanted, due))
                asking.add(task)
                task.add_done_callback(asking.discard)
                due += self._every
        finally:
            await asyncio.gather(*asking, return_exceptions=True)
            for connection in self._free:
                await connection.close()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Ask for as long as the block lasts."""
        task = asyncio.create_task(self.run())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def between(self, start: float, end: float) -> NDArray[np.float64]:
        """Milliseconds of those that were due in a span of time."""
        sent = np.array(self.sent)
        millis: NDArray[np.float64] = np.array(self.millis)[(sent >= start) & (sent < end)]
        return millis

    async def _connection(self) -> Connection:
        """One that waits, or one more."""
        while self._free:
            connection = self._free.pop()
            if not connection.is_closed:
                return connection
            await connection.close()
        return await Connection.to(self._address)

    async def send(self, connection: Connection, wanted: bytes) -> Answer:
        """Ask once; subclasses may ask again."""
        return await connection.send(wanted)

    def heard(self, answer: Answer) -> None:
        """What a request was answered with; for subclasses that want to know more."""

    def answered(self, answer: Answer, millis: float) -> None:
        """What any request was answered with, refusals too, and how long after it was due."""

    async def _ask(self, wanted: bytes, due: float) -> None:
        connection = None
        try:
            connection = await self._connection()
            answer = await self.send(connection, wanted)
        except (OSError, EOFError) as error:
            self.refused.append(repr(error))
            if connection is not None:
                await connection.close()
            return
        self._free.append(connection)
        self.millis.append((perf_counter() - due) * 1000)
        self.sent.append(due)
        self.answered(answer, self.millis[-1])
        if answer.status == 200:
            self.heard(answer)
        else:
            self.refused.append(f"{answer.status}: {answer.body[:300]!r}")
