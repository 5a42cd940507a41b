"""A lean route validates, refuses and documents as FastAPI's own route does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, FastAPI, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from app.api.lean_route import LeanRoute
from app.schemas.parameters import TimelineParameters
from app.schemas.values import UserId


def app_of(route_class: type[APIRoute]) -> FastAPI:
    app, router = FastAPI(), APIRouter(route_class=route_class)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        errors = [{name: one[name] for name in ("type", "loc", "msg")} for one in error.errors()]
        return JSONResponse(errors, 422)

    @router.get("/users/{user_id}")
    async def user(
        user_id: Annotated[UserId, Path()],
        parameters: Annotated[TimelineParameters, Query()],
        request: Request,
    ) -> JSONResponse:
        return JSONResponse({"user_id": user_id, **parameters.model_dump()})

    app.include_router(router)
    return app


@pytest.fixture(scope="module")
def clients() -> Iterator[tuple[TestClient, TestClient]]:
    with TestClient(app_of(LeanRoute)) as lean, TestClient(app_of(APIRoute)) as plain:
        yield lean, plain


@pytest.mark.parametrize(
    "path",
    [
        "/users/1",
        "/users/a%2520b?limit=3&explain=true&peek=1",
        "/users/1?limit=7&limit=9",
        "/users/1?cursor=",
        "/users/1?limit=0",
        "/users/1?limit=many&product=nothing&explain=perhaps",
        "/users/1?unknown=1",
        "/users/%20?limit=0",
        "/users/%25ff",
        "/users/1?after_offset=-1&cursor=%20",
    ],
)
def test_the_answer_is_that_of_fastapis_route(
    clients: tuple[TestClient, TestClient], path: str
) -> None:
    lean, plain = (client.get(path) for client in clients)
    assert (lean.status_code, lean.json()) == (plain.status_code, plain.json())


def test_the_document_is_that_of_fastapis_route(clients: tuple[TestClient, TestClient]) -> None:
    lean, plain = (document(client) for client in clients)
    assert lean == plain
    assert len(lean["paths"]["/users/{user_id}"]["get"]["parameters"]) > 5


def document(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/openapi.json").json()
    return found
