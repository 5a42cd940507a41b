"""A server that ends answers everybody who has connected, whatever it was busy with."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from app.api.connections import Connections
from app.api.http_protocol import Limited, LimitedH11
from app.api.httptools_protocol import LimitedHttpTools
from app.cli.draining_server import DrainingServer
from app.cli.serve import listen
from app.settings import Settings

GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
CLIENTS = 20  # more than are accepted in one turn of the loop


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        scope["state"]["connections"] = Connections(Settings())
        for kind in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{kind}.complete"})
        return
    length = [(b"content-length", b"5")]
    await send({"type": "http.response.start", "status": 200, "headers": length})
    await send({"type": "http.response.body", "body": b"quick"})


@pytest.fixture
def clients() -> Iterator[list[socket.socket]]:
    with ExitStack() as stack:
        yield [stack.enter_context(socket.socket()) for _ in range(CLIENTS)]


async def ended_while_they_ask(protocol: type[Limited], clients: list[socket.socket]) -> None:
    """All of this happens in one turn of the loop: nobody is accepted before the end begins."""
    listening = listen("127.0.0.1", 0)
    config = uvicorn.Config(
        app, http=protocol, log_config=None, backlog=4, timeout_graceful_shutdown=5
    )
    server = DrainingServer(config)
    serving = asyncio.create_task(server.serve([listening]))
    while not server.started:
        await asyncio.sleep(0.01)
    early, late = clients[0], clients[1:]
    early.connect(listening.getsockname())
    while not server.server_state.connections:
        await asyncio.sleep(0.01)
    early.sendall(GET)  # accepted, and not read
    for client in late:
        client.connect(listening.getsockname())
    for client in late[::2]:  # the others are slower
        client.sendall(GET)
    server.should_exit = True
    await server.shutdown([listening])
    serving.cancel()


async def asked_while_it_drains(drain_seconds: float, is_forced: bool) -> tuple[bool, list[bytes]]:
    """Whether the end was announced before anybody was refused, and what somebody was answered who
    asked after that; then the server has ended."""
    listening = listen("127.0.0.1", 0)
    address, announced = listening.getsockname(), asyncio.Event()
    config = uvicorn.Config(app, http=LimitedH11, log_config=None)
    server = DrainingServer(config, announced.set, drain_seconds)
    server.force_exit = is_forced  # as a second signal asks for
    serving = asyncio.create_task(server.serve([listening]))
    while not server.started:
        await asyncio.sleep(0.01)
    server.should_exit = True
    await announced.wait()
    answers = []
    try:
        reader, writer = await asyncio.open_connection(*address)
        writer.write(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        answers.append(await reader.read())
        writer.close()
    except ConnectionError:
        pass
    is_serving = not serving.done()
    await serving
    return is_serving, answers


def test_who_asks_after_the_end_was_announced_is_answered_while_it_drains() -> None:
    is_serving, (answer,) = asyncio.run(asyncio.wait_for(asked_while_it_drains(1, False), 10))
    assert is_serving
    assert answer.startswith(b"HTTP/1.1 200")


def test_a_second_signal_ends_the_draining() -> None:
    _, answers = asyncio.run(asyncio.wait_for(asked_while_it_drains(600, True), 10))
    assert answers in ([], [b""])


@pytest.mark.parametrize("protocol", [LimitedH11, LimitedHttpTools])
def test_everybody_who_connected_is_answered(
    protocol: type[Limited], clients: list[socket.socket]
) -> None:
    asyncio.run(ended_while_they_ask(protocol, clients))
    for client in [clients[0], *clients[1::2]]:
        answer = b""
        while part := client.recv(65_536):
            answer += part
        assert answer.startswith(b"HTTP/1.1 200")  # and then the connection was closed
    for client in clients[2::2]:
        assert client.recv(65_536) == b""  # closed, and not reset
