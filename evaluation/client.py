"""The one HTTP client of all measurements: over a socket, or straight into an application."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Final
from urllib.parse import quote, urlsplit

from fastapi import FastAPI
from starlette.types import Message

LENGTH: Final = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
END: Final = b"\r\n\r\n"
MAX_HEAD_BYTES: Final = 2**22
HERE: Final = ("127.0.0.1", 80)  # as far as the application knows

Address = tuple[str, int]
Json = Any  # what JSON can hold


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one request, and how long it took."""

    status: int
    body: bytes
    millis: float

    @property
    def json(self) -> Json:
        return json.loads(self.body)

    def ok(self) -> Json:
        """The parsed body.

        Raises:
            ConnectionError: the status is not 200.
        """
        if self.status != 200:
            raise ConnectionError(f"{self.status}: {self.body[:300]!r}")
        return self.json


class Connection:
    """A socket that is kept open; a client library would measure itself."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def to(cls, address: Address) -> Connection:
        return cls(*await asyncio.open_connection(*address, limit=MAX_HEAD_BYTES))

    @classmethod
    @asynccontextmanager
    async def open(cls, address: Address) -> AsyncIterator[Connection]:
        """A connection that is closed at the end of the block."""
        connection = await cls.to(address)
        try:
            yield connection
        finally:
            await connection.close()

    @property
    def ports(self) -> tuple[int, int]:
        """The client's port and the server's."""
        ours, theirs = (self._writer.get_extra_info(end) for end in ("sockname", "peername"))
        return int(ours[1]), int(theirs[1])

    @property
    def is_closed(self) -> bool:
        """Whether the server closed it."""
        return self._reader.at_eof()

    async def send(self, request: bytes) -> Answer:
        """Send a request and read the whole answer.

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
        with suppress(OSError):  # the server was quicker
            await self._writer.wait_closed()


@dataclass(frozen=True, slots=True)
class InProcess:
    """A running application in this process: ASGI without a network."""

    app: FastAPI
    state: dict[str, Any]  # of its lifespan

    @classmethod
    @asynccontextmanager
    async def open(cls, app: FastAPI) -> AsyncIterator[InProcess]:
        """The application between its start and its end."""
        async with app.router.lifespan_context(app) as state:
            yield cls(app, dict(state or {}))

    async def send(self, method: str, path: str, body: Json = None, **headers: str) -> Answer:
        """Send a request; an exception of the application is raised here."""
        content, url = b"" if body is None else _json(body), urlsplit(path)
        named = {"host": HERE[0], "content-length": str(len(content)), **headers}
        if body is not None:
            named["content-type"] = "application/json"
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": url.path,
            "raw_path": quote(url.path).encode(),
            "query_string": url.query.encode(),
            "root_path": "",
            "headers": [(name.lower().encode(), value.encode()) for name, value in named.items()],
            "client": HERE,
            "server": HERE,
            "state": dict(self.state),
        }
        incoming: list[Message] = [{"type": "http.request", "body": content, "more_body": False}]
        sent: list[Message] = []

        async def receive() -> Message:
            return incoming.pop() if incoming else {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(message)

        start = perf_counter()
        await asyncio.create_task(self.app(scope, receive, send))  # in a context of its own
        status = next(m["status"] for m in sent if m["type"] == "http.response.start")
        parts = [m.get("body", b"") for m in sent if m["type"] == "http.response.body"]
        return Answer(status, b"".join(parts), (perf_counter() - start) * 1000)


def request(method: str, path: str, body: Json = None, **headers: str) -> bytes:
    """The bytes of a request."""
    more = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{more}"
    if body is None:
        return f"{head}\r\n".encode()
    content = _json(body)
    length = f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    return f"{head}{length}".encode() + content


def _json(body: Json) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()
