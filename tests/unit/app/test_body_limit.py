"""A body that is too large is refused, whether or not its length is declared."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import Request
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from app.api.body_limit import BodyLimit

LIMIT = 100


async def length(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


@pytest.fixture
def client() -> TestClient:
    app = Starlette(routes=[Route("/length", length, methods=["GET", "POST"])])
    app.add_middleware(BodyLimit, limit=LIMIT)
    return TestClient(app)


def in_parts(size: int) -> Iterator[bytes]:
    """A body of unknown length, which is sent in chunks."""
    for _ in range(size):
        yield b"x"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_body_may_be_as_large_as_the_limit(client: TestClient, method: str) -> None:
    for body in (b"", b"x" * LIMIT, in_parts(LIMIT)):
        assert client.request(method, "/length", content=body).status_code == 200
    for body in (b"x" * (LIMIT + 1), in_parts(LIMIT + 1)):
        assert client.request(method, "/length", content=body).status_code == 413
