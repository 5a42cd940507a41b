"""Who may write: whoever has the key; where there is none, this machine alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr

from app.api import problems
from app.api.access import Writer
from app.serving.engine import Engine
from app.serving.service import Service

HERE, ELSEWHERE = "http://127.0.0.1:8000", "http://10.1.2.3:8000"


def status(
    engine: Engine, host: str, key: str | None, url: str, headers: dict[str, str] | None = None
) -> int:
    """How a service with one route that writes answers."""
    secret = SecretStr(key) if key else None
    settings = engine.settings.model_copy(update={"host": host, "api_key": secret})

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, Service]]:
        yield {"service": Service(replace(engine, settings=settings))}

    app = FastAPI(lifespan=lifespan)
    problems.install(app)

    @app.post("/events", dependencies=[Writer])
    async def write() -> str:
        return "written"

    with TestClient(app, base_url=url) as client:
        answer = client.post("/events", headers=headers)
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "localhost", "::1"])
def test_this_machine_may_write_without_a_key(tiny_engine: Engine, host: str) -> None:
    assert status(tiny_engine, host, None, HERE) == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.1.2.3", "example.org"])
def test_where_others_can_reach_it_nobody_may(tiny_engine: Engine, host: str) -> None:
    assert status(tiny_engine, host, None, HERE) == 403


def test_an_address_that_the_settings_do_not_know_of_counts_too(tiny_engine: Engine) -> None:
    assert status(tiny_engine, "127.0.0.1", None, ELSEWHERE) == 403


@pytest.mark.parametrize("url", [HERE, ELSEWHERE])
@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_the_key_opens_and_nothing_else_does(tiny_engine: Engine, host: str, url: str) -> None:
    assert status(tiny_engine, host, "sésame", url, {"X-API-Key": "sesame"}) == 401
    assert status(tiny_engine, host, "sesame", url) == 401
    assert status(tiny_engine, host, "sesame", url, {"X-API-Key": "sesame"}) == 200
