"""The application: `create_app()` needs no argument."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi_offline import FastAPIOffline

from app.api import health, problems, score, timeline
from app.engine import Engine, build_engine
from app.errors import InvalidRequestError, ProblemError
from app.observability import RequestId
from app.settings import Settings, read_settings


def create_app(settings: Settings | None = None, engine: Engine | None = None) -> FastAPI:
    """The service. An engine that is not given is built when the application starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Engine]]:
        yield {"engine": engine or build_engine(settings or read_settings())}

    app = FastAPIOffline(
        title="For You",
        summary="A ranked, safe, explained timeline for everybody.",
        version=version("foryou"),
        lifespan=lifespan,
        responses=problems.documented(InvalidRequestError, ProblemError),
    )
    for room in (timeline, score, health):
        app.include_router(room.router)
    app.add_middleware(RequestId)
    problems.install(app)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    return app


def _openapi(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        schema = get_openapi(
            title=app.title, version=app.version, summary=app.summary, routes=app.routes
        )
        app.openapi_schema = problems.document(schema)
    return app.openapi_schema
