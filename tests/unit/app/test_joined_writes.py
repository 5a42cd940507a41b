"""The header of an answer leaves with its body, and nothing waits for long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

from app.api.joined_writes import JoinedWrites


class Sent(asyncio.Transport):
    """A transport that records its calls."""

    def __init__(self) -> None:
        super().__init__({"peername": "somebody"})
        self.calls: list[Any] = []
        self.closing = False

    def is_closing(self) -> bool:
        return self.closing

    def write(self, data: Any) -> None:
        self.calls.append(bytes(data))

    def close(self) -> None:
        self.calls.append("close")


def joined() -> tuple[JoinedWrites, list[Any]]:
    sent = Sent()
    return JoinedWrites(sent, asyncio.get_running_loop()), sent.calls


async def a_turn() -> None:
    await asyncio.sleep(0)
    await asyncio.sleep(0)


def on_a_loop(test: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    @wraps(test)
    def run() -> None:
        asyncio.run(test())

    return run


@on_a_loop
async def test_a_header_and_its_body_leave_at_once() -> None:
    transport, calls = joined()
    transport.write(b"header")
    transport.write(memoryview(b"body"))
    assert calls == [b"headerbody"]
    await a_turn()
    assert calls == [b"headerbody"]


@on_a_loop
async def test_what_nothing_follows_leaves_at_the_end_of_the_turn() -> None:
    transport, calls = joined()
    transport.write(b"header")
    assert calls == []
    await a_turn()
    assert calls == [b"header"]


@on_a_loop
async def test_a_header_leaves_before_an_empty_body() -> None:
    transport, calls = joined()
    transport.write(b"header")
    transport.write(b"")
    assert calls == [b"header"]


@on_a_loop
async def test_nothing_is_lost_where_it_is_closed() -> None:
    transport, calls = joined()
    transport.write(b"all")
    transport.close()
    assert calls == [b"all", "close"]
    await a_turn()
    assert calls == [b"all", "close"]


@on_a_loop
async def test_all_parts_keep_their_order() -> None:
    transport, calls = joined()
    parts = [b"%d," % number for number in range(9)]
    for part in parts:
        transport.write(part)
    await a_turn()
    assert b"".join(calls) == b"".join(parts)


@on_a_loop
async def test_all_else_is_the_transports_own() -> None:
    transport, _ = joined()
    assert transport.get_extra_info("peername") == "somebody"


@on_a_loop
async def test_nothing_is_sent_to_somebody_who_is_gone() -> None:
    """A transport of uvloop would raise."""
    sent = Sent()
    transport = JoinedWrites(sent, asyncio.get_running_loop())
    transport.write(b"header")
    sent.closing = True  # the client reset the connection
    await a_turn()
    assert sent.calls == []
    transport.close()
    assert sent.calls == ["close"]


@on_a_loop
async def test_a_write_of_nothing_is_no_write() -> None:
    transport, calls = joined()
    transport.write(b"")
    await a_turn()
    assert calls == []
