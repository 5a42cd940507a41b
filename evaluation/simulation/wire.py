"""An application, asked by whoever knows nothing of event loops."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI

from evaluation.in_process import ask

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
        status, said = self._run(ask(self._app, self._state, method, path, asked, body, headers))
        return status, json.loads(said)

    def _run(self, work: Any) -> Any:  # any coroutine, and what it answers
        return self._loop.run_until_complete(work)
