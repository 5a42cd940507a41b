"""The OpenAPI document is made once per process, for the routes that an application has."""

from __future__ import annotations

from fastapi import APIRouter

from app.api import openapi
from app.main import create_app
from app.settings import Settings


def test_each_application_is_described_by_its_own_routes() -> None:
    settings = Settings()
    plain, one, other = (create_app(settings) for _ in range(3))
    router = APIRouter()
    router.add_api_route("/one", lambda: 1)
    one.include_router(router)
    other.add_api_route("/other", lambda: 2)
    paths = [set(openapi.of(app, settings)["paths"]) for app in (plain, one, other, plain)]
    assert paths[1] - paths[0] == {"/one"}
    assert paths[2] - paths[0] == {"/other"}
    assert paths[3] == paths[0]


def test_who_changes_a_document_changes_no_other() -> None:
    settings = Settings()
    openapi.of(create_app(settings), settings)["paths"].clear()
    assert openapi.of(create_app(settings), settings)["paths"]
