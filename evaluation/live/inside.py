"""Requests without a network: straight into the application, in this process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.types import Message

from evaluation.live.connection import Json

BEHIND: Final = 503  # asked to ask again
SERVER: Final = ("127.0.0.1", 80)


@asynccontextmanager
async def running(app: FastAPI) -> AsyncIterator[Inside]:
    """The application between its start and its end."""
    async with app.router.lifespan_context(app) as state:
        yield Inside(app, dict(state or {}))


class Inside:
    """Asks what somebody on this machine would."""

    def __init__(self, app: FastAPI, state: dict[str, Any]) -> None:
        self._app, self._state = app, state

    async def send(self, method: str, path: str, body: Json = None) -> Json:
        """What is answered.

        Raises:
            ConnectionError: it was a refusal.
        """
        content = b"" if body is None else json.dumps(body).encode()
        status, parts = 0, []
        url = urlsplit(path)

        async def receive() -> Message:
            return {"type": "http.request", "body": content, "more_body": False}

        async def send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                parts.append(message.get("body", b""))

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": url.path,
            "raw_path": url.path.encode(),
            "query_string": url.query.encode(),
            "root_path": "",
            "headers": [
                (b"content-type", b"application/json"),
                (b"content-length", str(len(content)).encode()),
            ],
            "client": SERVER,
            "server": SERVER,
            "state": self._state.copy(),
        }
        try:
            await asyncio.create_task(self._app(scope, receive, send))  # in a context of its own
        except Exception as error:  # which a server would have answered with 500
            raise ConnectionError(f"{method} {path}: {error!r}") from error
        if status == BEHIND:
            return await self.send(method, path, body)
        if status != 200:
            raise ConnectionError(f"{method} {path}: {status} {b''.join(parts)[:300]!r}")
        return json.loads(b"".join(parts))
