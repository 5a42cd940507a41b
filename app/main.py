"""The application: `create_app()` needs no argument."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

import torch
from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from starlette.middleware.cors import CORSMiddleware

from app.api import (
    catalog,
    follow_recommendations,
    health,
    metrics,
    openapi,
    problems,
    products,
    score,
    timeline,
)
from app.engine import Engine, build_engine
from app.errors import InvalidRequestError, ProblemError
from app.observability import logs
from app.observability.metrics import Metrics
from app.observability.request import HEADER, Observed
from app.settings import Settings, read_settings


def create_app(settings: Settings | None = None, engine: Engine | None = None) -> FastAPI:
    """The service. An engine that is not given is built when the application starts.

    Raises:
        InvalidSettingError: naming the variable, what it holds, and what was expected.
    """
    settings = settings or (engine.settings if engine else read_settings())
    counted = Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Engine | Metrics]]:
        served = engine or start(settings)
        app.openapi_schema = openapi.with_examples(openapi.of(app), served)
        yield {"engine": served, "metrics": counted}

    app = FastAPIOffline(
        title="For You",
        summary="A ranked, safe, explained timeline for everybody.",
        version=version("foryou"),
        lifespan=lifespan,
        responses=problems.documented(InvalidRequestError, ProblemError),
    )
    for room in (timeline, follow_recommendations, score, catalog, products, health, metrics):
        app.include_router(room.router)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["*"],
            allow_headers=["*"],
            expose_headers=[HEADER],
        )
    app.add_middleware(Observed, metrics=counted)
    problems.install(app)
    app.openapi = lambda: app.openapi_schema or openapi.of(app)  # type: ignore[method-assign]
    return app


def start(settings: Settings) -> Engine:
    """Make this process ready to serve, and nothing else.

    Raises:
        FeedError: the artifacts are damaged, or do not agree with this code or this data.
        InvalidSettingError: a setting names something that does not exist.
    """
    logs.install(settings.log_format, settings.log_level)
    torch.set_num_threads(1)  # a request is too short to be shared out
    engine = build_engine(settings)
    gc.freeze()  # what lives as long as the process need not be walked through again and again
    return engine
