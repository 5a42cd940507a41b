"""One connection that is kept open, one request after the other."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Final

from evaluation.loadtest.keep_asking import END, LENGTH
from evaluation.loadtest.server import Address

LARGEST: Final = 2**22  # bytes of a head, more than any

Json = Any  # what JSON can hold


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    millis: float

    @property
    def json(self) -> Json:
        return json.loads(self.body)

    def ok(self) -> Json:
        """What was answered.

        Raises:
            ConnectionError: it was a refusal.
        """
        if self.status != 200:
            raise ConnectionError(f"{self.status}: {self.body[:300]!r}")
        return self.json


class Connection:
    """Requests are written out on a socket: a client library would measure itself."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def to(cls, address: Address) -> Connection:
        return cls(*await asyncio.open_connection(*address, limit=LARGEST))

    @classmethod
    @asynccontextmanager
    async def open(cls, address: Address) -> AsyncIterator[Connection]:
        """The same, for as long as it is needed."""
        connection = await cls.to(address)
        try:
            yield connection
        finally:
            await connection.close()

    @property
    def ports(self) -> tuple[int, int]:
        """Ours and theirs."""
        ours, theirs = (self._writer.get_extra_info(end) for end in ("sockname", "peername"))
        return int(ours[1]), int(theirs[1])

    @property
    def is_closed(self) -> bool:
        """Whether the other side was tired of waiting."""
        return self._reader.at_eof()

    async def send(self, request: bytes) -> Answer:
        """Ask, and wait for the whole answer.

        Raises:
            OSError, EOFError: the server is gone.
        """
        start = perf_counter()
        self._writer.write(request)
        head = await self._reader.readuntil(END)
        length = LENGTH.search(head)
        body = await self._reader.readexactly(int(length[1]) if length else 0)
        return Answer(int(head[9:12]), body, (perf_counter() - start) * 1000)

    async def get(self, path: str) -> Answer:
        return await self.send(request("GET", path))

    async def post(self, path: str, body: Json) -> Answer:
        return await self.send(request("POST", path, body))

    async def close(self) -> None:
        self._writer.close()
        with suppress(OSError):  # the other side was quicker
            await self._writer.wait_closed()


def request(method: str, path: str, body: Json = None) -> bytes:
    """What travels."""
    head = f"{method} {path} HTTP/1.1\r\nHost: live\r\n"
    if body is None:
        return f"{head}\r\n".encode()
    content = json.dumps(body, separators=(",", ":")).encode()
    return (
        f"{head}Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n".encode()
        + content
    )
