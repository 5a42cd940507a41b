"""More feeds are asked for than can be computed in time."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest
import uvloop
from starlette.types import Message, Receive, Scope, Send

from app.api.load_bound import LoadBound
from app.main import create_app
from app.observability.refusals import OncePerSecond
from app.serving.engine import Engine
from evaluation.client import Answer, InProcess


class Recorder:
    """An application that notes in which order requests begin."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.hold = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.begun.append(scope["path"])
        if scope["path"] == "/timeline/held":
            await self.hold.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})


async def ask(app: Any, path: str) -> tuple[int, dict[str, str]]:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "path": path, "method": "GET", "headers": [], "query_string": b"",
             "server": ("localhost", 80), "scheme": "http"}  # fmt: skip
    await app(scope, receive, send)
    named = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], named


def test_beyond_the_bound_the_answer_is_503_at_once_and_the_rest_is_answered() -> None:
    async def story() -> None:
        recorder = Recorder()
        app = LoadBound(recorder, limit=4)
        paths = [f"/timeline/{n}" for n in range(20)]
        answers = await asyncio.gather(*(ask(app, path) for path in paths))
        # The first is answered before the second begins, and so gives its place back.
        assert [status for status, _ in answers] == [200] * 5 + [503] * 15
        assert {headers.get("retry-after") for _, headers in answers[5:]} == {"1"}
        assert {headers["content-type"] for _, headers in answers[5:]} == {
            "application/problem+json"
        }
        assert recorder.begun == paths[:5]  # in order of arrival
        assert (await ask(app, "/timeline/later"))[0] == 200  # it recovers by itself

    asyncio.run(story())


def test_a_probe_waits_for_no_feed_but_the_one_that_is_being_computed() -> None:
    async def story() -> None:
        recorder = Recorder()
        app = LoadBound(recorder, limit=7)
        feeds = [asyncio.create_task(ask(app, f"/timeline/{n}")) for n in range(8)]
        await asyncio.sleep(0)
        probe = asyncio.create_task(ask(app, "/livez"))
        refused = asyncio.create_task(ask(app, "/score"))
        assert [(await one)[0] for one in (probe, refused)] == [200, 503]
        assert recorder.begun == ["/timeline/0", "/livez"]
        await asyncio.gather(*feeds)

    asyncio.run(story())


@pytest.mark.parametrize("loop_factory", [asyncio.SelectorEventLoop, uvloop.new_event_loop])
def test_what_came_while_a_feed_was_computed_is_read_before_the_next(
    loop_factory: Callable[[], asyncio.AbstractEventLoop],
) -> None:
    """On real sockets, because loops differ in when they read them."""
    paths = ("/timeline/0", "/timeline/1", "/timeline/2", "/livez")
    begun: list[str] = []

    async def compute(scope: Scope, receive: Receive, send: Send) -> None:
        begun.append(scope["path"])
        if scope["path"].startswith("/timeline/"):
            time.sleep(0.1)  # without a pause
        await send({"type": "http.response.start", "status": 200, "headers": []})

    app = LoadBound(compute, limit=9)
    tasks: set[asyncio.Task[Any]] = set()

    class Asked(asyncio.Protocol):
        def data_received(self, data: bytes) -> None:
            tasks.add(asyncio.get_running_loop().create_task(ask(app, data.decode())))

    async def story() -> None:
        server = await asyncio.get_running_loop().create_server(Asked, "127.0.0.1", 0)
        address = server.sockets[0].getsockname()
        with ExitStack() as stack:
            open_ = [stack.enter_context(socket.create_connection(address)) for _ in paths]
            await asyncio.sleep(0.05)  # until they are accepted

            def meanwhile() -> None:
                open_[0].sendall(paths[0].encode())
                while not begun:
                    time.sleep(0.001)
                for client, path in zip(
                    open_[1:], ("/timeline/1", "/timeline/2", "/livez"), strict=True
                ):
                    client.sendall(path.encode())

            await asyncio.to_thread(meanwhile)
            while len(begun) < 4:
                await asyncio.sleep(0.01)
            await asyncio.gather(*tasks)
        server.close()

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(asyncio.wait_for(story(), 20))
    assert begun == ["/timeline/0", "/livez", "/timeline/1", "/timeline/2"]


def test_probes_are_exempt_however_many_feeds_wait() -> None:
    async def story() -> None:
        recorder = Recorder()
        app = LoadBound(recorder, limit=1)
        held = asyncio.create_task(ask(app, "/timeline/held"))
        await asyncio.sleep(0)
        for path in ("/livez", "/readyz", "/metrics", "/events"):
            assert (await ask(app, path))[0] == 200
        assert (await ask(app, "/timeline/1"))[0] == 503
        recorder.hold.set()
        assert (await held)[0] == 200
        assert (await ask(app, "/timeline/1"))[0] == 200

    asyncio.run(story())


def test_who_gives_up_waiting_gives_the_place_back() -> None:
    async def story() -> None:
        app = LoadBound(Recorder(), limit=3)
        feeds = [asyncio.create_task(ask(app, f"/timeline/{n}")) for n in range(3)]
        await asyncio.sleep(0)
        feeds[1].cancel()
        assert [status for status, _ in await asyncio.gather(feeds[0], feeds[2])] == [200, 200]
        assert [(await ask(app, "/timeline/1"))[0] for _ in range(3)] == [200] * 3

    asyncio.run(story())


def test_the_application_has_the_bound(tiny_engine: Engine) -> None:
    settings = tiny_engine.settings.model_copy(update={"max_timelines": 2})

    async def story() -> list[Answer]:
        async with InProcess.open(create_app(settings, tiny_engine)) as app:
            return await asyncio.gather(
                *(app.send("GET", "/timeline/1") for _ in range(5)), app.send("GET", "/livez")
            )

    answers = asyncio.run(story())
    assert [answer.status for answer in answers] == [200, 200, 200, 503, 503, 200]
    assert json.loads(answers[3].body)["type"] == "urn:foryou:problem:overloaded"


@pytest.mark.parametrize("kinds", [1, 3])
def test_a_flood_of_refusals_is_one_line_per_kind_and_second(kinds: int) -> None:
    limit, lines = OncePerSecond(), []
    for n in range(900):
        record = logging.LogRecord(
            "refusals", logging.INFO, "", 0, f"refused with {n % kinds}: %s", (f"/{n}",), None
        )
        record.created = n / 300  # three seconds
        if limit.filter(record):
            lines.append(record.getMessage())
    assert len(lines) == 3 * kinds
    left_out = 300 // kinds - 1
    assert lines[-1].endswith(f"(and {left_out} more since the last such line)")


def test_while_feeds_wait_a_few_answers_leave_together_in_order() -> None:
    async def story() -> list[str]:
        happened: list[str] = []

        async def compute(scope: Scope, receive: Receive, send: Send) -> None:
            happened.append(f"begins {scope['path'][-1]}")
            if scope["path"].endswith("9"):
                raise ValueError
            await send({"type": "http.response.start", "status": 200, "headers": []})
            happened.append(f"leaves {scope['path'][-1]}")

        app = LoadBound(compute, limit=20)
        feeds = [asyncio.create_task(ask(app, f"/timeline/{n}")) for n in range(10)]
        feeds[8].cancel()
        failures = await asyncio.gather(*feeds, return_exceptions=True)
        assert [type(one) for one in failures[8:]] == [asyncio.CancelledError, ValueError]
        return happened

    assert asyncio.run(story()) == [
        *("begins 0", "leaves 0"),  # nobody waited when it began
        *("begins 1", "begins 2", "begins 3", "begins 4"),
        *("leaves 4", "leaves 1", "leaves 2", "leaves 3"),
        *("begins 5", "begins 6", "begins 7", "begins 9"),
        *("leaves 5", "leaves 6", "leaves 7"),  # though the last of them has failed
    ]
