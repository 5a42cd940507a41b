"""HTTP without a network: requests are handed to the application in this very process."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from typing import Any, Final
from urllib.parse import quote, urlencode

from fastapi import FastAPI
from starlette.types import Message

HOST: Final = "simulation"

Json = dict[str, Any]  # what JSON can hold


class Wire:
    """An application that is started, asked and stopped, one request after another."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._loop = asyncio.new_event_loop()
        self._open = AsyncExitStack()
        lifespan = app.router.lifespan_context(app)
        self._state = self._run(self._open.enter_async_context(lifespan)) or {}

    def close(self) -> None:
        """Stop it."""
        self._run(self._open.aclose())
        self._run(self._loop.shutdown_default_executor())
        self._loop.close()

    def get(self, path: str, asked: Json, **headers: str) -> tuple[int, Json]:
        """The status and what the answer says."""
        return self._ask("GET", path, urlencode(asked), b"", headers)

    def post(self, path: str, body: Json) -> tuple[int, Json]:
        """The status and what the answer says."""
        headers = {"content-type": "application/json"}
        return self._ask("POST", path, "", json.dumps(body).encode(), headers)

    def _ask(
        self, method: str, path: str, asked: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int, Json]:
        named = {"host": HOST, "content-length": str(len(body)), **headers}
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": quote(path).encode(),
            "query_string": asked.encode(),
            "root_path": "",
            "headers": [(name.lower().encode(), value.encode()) for name, value in named.items()],
            "client": (HOST, 0),
            "server": (HOST, 80),
            "state": dict(self._state),
        }
        incoming: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
        sent: list[Message] = []

        async def receive() -> Message:
            return incoming.pop() if incoming else {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(message)

        self._run(self._app(scope, receive, send))
        status = next(m["status"] for m in sent if m["type"] == "http.response.start")
        said = b"".join(m.get("body", b"") for m in sent if m["type"] == "http.response.body")
        return status, json.loads(said)

    def _run(self, work: Any) -> Any:  # any coroutine, and what it answers
        return self._loop.run_until_complete(work)
