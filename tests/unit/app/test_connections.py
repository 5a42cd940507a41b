"""Connections that keep a server waiting, on a real socket and with both HTTP protocols."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn
import uvloop
from starlette.types import Receive, Scope, Send

from app.api.connections import SPARE, Connections, burst, places
from app.api.http_protocol import Limited, LimitedH11
from app.api.httptools_protocol import LimitedHttpTools
from app.api.installed_protocol import installed
from app.cli.draining_server import DrainingServer
from app.cli.serve import listen
from app.settings import Settings

PROTOCOLS = [LimitedH11, LimitedHttpTools]
LOOPS = [asyncio.new_event_loop, uvloop.new_event_loop]
GET = b"GET /quick HTTP/1.1\r\nHost: localhost\r\n\r\n"
HANGS = b"GET /hangs HTTP/1.1\r\nHost: localhost\r\n\r\n"
HALF = b"GET /quick HTTP/1.1\r\nHost: local"
LARGE = 16_000_000  # bytes, more than the system buffers


@dataclass
class Open:
    """A connection of a client."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        self.writer.write(request)
        return await self.answer()

    async def answer(self) -> tuple[int, bytes]:
        head = await self.reader.readuntil(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ") for line in head.split(b"\r\n")[1:-2])
        if int(head[9:12]) >= 400:
            assert fields[b"content-type"] == b"application/problem+json"
        body = await self.reader.readexactly(int(fields.get(b"content-length", b"0")))
        return int(head[9:12]), body


@dataclass
class Serving:
    address: tuple[str, int]
    held: Connections
    hang: asyncio.Event
    clients: list[Open] = field(default_factory=list)

    async def open(self, sent: bytes = b"") -> Open:
        client = Open(*await asyncio.open_connection(*self.address))
        client.writer.write(sent)
        self.clients.append(client)
        return client

    async def close(self) -> None:
        for client in self.clients:
            client.writer.close()
            with suppress(OSError):  # the server closed it first
                await client.writer.wait_closed()


@asynccontextmanager
async def serving(protocol: type[Limited], **given: Any) -> AsyncIterator[Serving]:
    """A server of an application that answers at once, late, or at length."""
    held, hang = Connections(Settings(**given)), asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            scope["state"]["connections"] = held
            for kind in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{kind}.complete"})
            return
        while (await receive()).get("more_body"):
            pass
        if scope["path"] == "/hangs":
            await hang.wait()
        body = b"x" * LARGE if scope["path"] == "/large" else b"quick"
        length = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": length})
        await send({"type": "http.response.body", "body": body})

    listening = listen("127.0.0.1", 0)
    config = uvicorn.Config(
        app, http=protocol, log_config=None, backlog=4, timeout_graceful_shutdown=1
    )
    server = DrainingServer(config)
    task = asyncio.create_task(server.serve([listening]))
    while not server.started:
        await asyncio.sleep(0.01)
    serving = Serving(listening.getsockname(), held, hang)
    try:
        yield serving
    finally:
        hang.set()
        await serving.close()
        server.should_exit = True
        await task


Story = Callable[[Serving], Awaitable[None]]
NewLoop = Callable[[], asyncio.AbstractEventLoop]


def run(
    story: Story, protocol: type[Limited], loop: NewLoop = asyncio.new_event_loop, **given: Any
) -> None:
    async def whole() -> None:
        async with serving(protocol, **given) as server:
            await asyncio.wait_for(story(server), 20)

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(whole())


both = pytest.mark.parametrize("protocol", PROTOCOLS)
loops = pytest.mark.parametrize("loop", LOOPS)


@both
@pytest.mark.parametrize("sent", [b"", HALF])
def test_who_sends_nothing_takes_nobodys_place(protocol: type[Limited], sent: bytes) -> None:
    async def story(server: Serving) -> None:
        honest = await server.open()
        assert await honest.ask(GET) == (200, b"quick")
        idle = [await server.open(sent) for _ in range(100)]
        assert await honest.ask(GET) == (200, b"quick")  # it was answered before, so it stays
        newcomer = await server.open()
        assert await newcomer.ask(GET) == (200, b"quick")
        for one in idle[:80]:
            await one.reader.read()  # ends: it had to make room

    run(story, protocol, max_connections=10)


@both
def test_a_header_that_does_not_end_is_ended(protocol: type[Limited]) -> None:
    async def story(server: Serving) -> None:
        client = await server.open(HALF)
        status, body = await client.answer()
        assert (status, json.loads(body)["type"]) == (408, "urn:foryou:problem:request-timeout")
        assert await client.reader.read() == b""

    run(story, protocol, header_seconds=0.2)


@both
def test_a_byte_now_and_then_is_not_enough(protocol: type[Limited]) -> None:
    async def story(server: Serving) -> None:
        client = await server.open()
        reading = asyncio.create_task(client.answer())
        for byte in GET[:-4] + b"\r\nX: " + b"a" * 1_000:
            if reading.done():
                break
            client.writer.write(bytes([byte]))
            await asyncio.sleep(0.02)
        assert (await reading)[0] == 408

    run(story, protocol, header_seconds=0.3)


@both
def test_a_connection_on_which_nothing_comes_is_closed(protocol: type[Limited]) -> None:
    async def story(server: Serving) -> None:
        assert await (await server.open()).reader.read() == b""

    run(story, protocol, header_seconds=0.2)


@loops
def test_who_comes_while_the_server_is_busy_is_queued(loop: NewLoop) -> None:
    """The loop accepts a few in a turn, and meanwhile the system queues all the others."""

    async def story(server: Serving) -> None:
        soon = 0.5  # seconds; where the queue is full, a client's system asks again after one
        with ExitStack() as stack:
            clients = [
                stack.enter_context(socket.create_connection(server.address, soon))
                for _ in range(100)
            ]
            for client in clients:
                client.sendall(GET)
            for client in clients:
                answer = await asyncio.to_thread(client.recv, 1 << 16)
                assert answer.startswith(b"HTTP/1.1 200")

    run(story, LimitedHttpTools, loop)


@both
def test_a_body_that_stalls_is_given_up(protocol: type[Limited]) -> None:
    async def story(server: Serving) -> None:
        head = b"POST /quick HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n123"
        client = await server.open(head)
        assert await client.reader.read() == b""

    run(story, protocol, idle_seconds=0.2)


@both
def test_an_answer_that_is_not_read_is_given_up(protocol: type[Limited]) -> None:
    async def story(server: Serving) -> None:
        client = await server.open(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n")
        while not server.held.count:
            await asyncio.sleep(0.01)
        while server.held.count:  # until the server gives up
            await asyncio.sleep(0.05)
        client.writer.transport.abort()

    run(story, protocol, idle_seconds=0.2)


@both
def test_what_is_no_request_is_a_problem(protocol: type[Limited]) -> None:
    async def story(server: Serving) -> None:
        client = await server.open(b"\x16\x03\x01 this is TLS\r\n\r\n")
        assert (await client.answer())[0] == 400

    run(story, protocol)


@both
def test_two_requests_at_once_are_two_answers(protocol: type[Limited]) -> None:
    async def story(server: Serving) -> None:
        client = await server.open(GET + GET + HALF)
        assert await client.answer() == await client.answer() == (200, b"quick")
        assert await client.ask(b"host\r\n\r\n") == (200, b"quick")

    run(story, protocol)


@both
def test_where_all_are_being_answered_only_probes_are_let_in(protocol: type[Limited]) -> None:
    async def story(server: Serving) -> None:
        asking = [await server.open(HANGS) for _ in range(8)]
        while server.held.waiting:
            await asyncio.sleep(0.01)
        further = await server.open()
        probe = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"
        assert await further.ask(probe) == (200, b"quick")
        status, body = await further.ask(GET)
        assert (status, json.loads(body)["type"]) == (503, "urn:foryou:problem:overloaded")
        spare = [await server.open(HANGS) for _ in range(SPARE)]
        assert {(await one.answer())[0] for one in spare} == {503}
        server.hang.set()
        assert [(await one.answer())[0] for one in asking] == [200] * 8
        assert await (await server.open()).ask(GET) == (200, b"quick")

    run(story, protocol, max_connections=8)


@pytest.mark.parametrize("files", [64, 100, 256, 1_024, 65_536])
def test_files_are_left_for_everything_else(files: int) -> None:
    """What is accepted in a turn, and what is closed a turn later, holds files as well."""
    assert 8 <= places(files) <= max(8, files - 3 * burst(files))


def test_the_compiled_protocol_is_taken_where_it_is_installed() -> None:
    assert installed() is LimitedHttpTools
