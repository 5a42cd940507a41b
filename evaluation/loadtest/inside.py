"""Requests without a network: straight into the application, in this process."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import urlsplit

from fastapi import FastAPI

from evaluation.in_process import ask
from evaluation.loadtest.connection import Json

BEHIND: Final = 503  # asked to ask again


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
        url, headers = urlsplit(path), {"content-type": "application/json"}
        try:
            status, said = await ask(
                self._app, self._state, method, url.path, url.query, content, headers
            )
        except Exception as error:  # which a server would have answered with 500
            raise ConnectionError(f"{method} {path}: {error!r}") from error
        if status == BEHIND:
            return await self.send(method, path, body)
        if status != 200:
            raise ConnectionError(f"{method} {path}: {status} {said[:300]!r}")
        return json.loads(said)
